import Foundation
import TegataLog
import Testing

/// Files of a public log while several write them.
struct LogDirectoryTests {
    @Test func `of many who write one file at once each writes it whole`() async throws {
        let path = FileManager.default.temporaryDirectory.path + "/tegata-directory-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = LogDirectory(at: path)
        // Long enough that a writer is between its first and its last byte while others begin.
        let texts = (0..<16).map { [UInt8](repeating: UInt8($0), count: 300_000 + $0) }
        for _ in 0..<10 {
            let written = await withTaskGroup(of: Bool.self) { group in
                for text in texts {
                    group.addTask { (try? directory.write(text, to: "lists/profile")) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(written == texts.count)
            let found = try #require(try directory.read("lists/profile"))
            #expect(texts.contains(found))
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: path + "/lists")
        #expect(files == ["profile"])
    }
}
