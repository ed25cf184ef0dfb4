internal import Foundation
public import Tegata

/// A day of the calendar, in UTC: what people type and read for a time.
public struct Day: Sendable, CustomStringConvertible {
    /// Its first second, since 1970.
    public let start: Int64

    private static let format = Date.ISO8601FormatStyle.iso8601.year().month().day()

    /// The day written as `2026-12-01`; `nil` for anything else.
    public init?(_ text: String) {
        guard text.utf8.count == 10, let date = try? Date(text, strategy: Self.format) else {
            return nil
        }
        start = Int64(date.timeIntervalSince1970)
        // A day that there is: the format alone may take 30 February for one in March.
        guard description == text else { return nil }
    }

    /// The day of a time.
    public init(of time: Int64) {
        start = time - ((time % 86_400) + 86_400) % 86_400
    }

    /// The day as `2026-12-01`.
    public var description: String {
        Date(timeIntervalSince1970: TimeInterval(start)).formatted(Self.format)
    }
}

extension Language {
    /// A text that somebody signed in both languages.
    public func callAsFunction(_ text: BilingualText) -> String {
        self == .japanese ? text.ja : text.en
    }
}
