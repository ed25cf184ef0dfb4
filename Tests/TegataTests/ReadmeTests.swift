import Foundation
import Testing

struct ReadmeTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func lines(of path: String) throws -> [Substring] {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    private func lines(
        of path: String, between first: String, and last: String
    ) throws -> [Substring] {
        let all = try lines(of: path)
        let start = try #require(all.firstIndex(of: first[...]), "\(path) has no line \(first)")
        let end = try #require(all[(start + 1)...].firstIndex(of: last[...]))
        return Array(all[(start + 1)..<end])
    }

    @Test func `the README shows the lines that the demo runs`() throws {
        let shown = try lines(of: "README.md", between: "```swift", and: "```")
        let run = try lines(
            of: "Examples/Sources/demo/main.swift", between: "// begin fifteen lines",
            and: "// end fifteen lines")
        #expect(shown == run)
        let statements = run.filter { !$0.isEmpty && !$0.hasPrefix("//") }
        #expect(
            statements.count <= 16, "if a feature makes these lines longer, it is not designed yet")
    }
}
