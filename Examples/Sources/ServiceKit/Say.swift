internal import Foundation

/// Prints a line at once, into a file or pipe too: whoever starts a server waits for what it says.
public func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}
