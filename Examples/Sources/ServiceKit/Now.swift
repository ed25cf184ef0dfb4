internal import Foundation

/// The clock of this machine.
public enum Now {
    /// Seconds since 1970.
    public static var seconds: Int64 { Int64(Date().timeIntervalSince1970) }
}
