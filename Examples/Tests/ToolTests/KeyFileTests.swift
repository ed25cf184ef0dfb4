import Foundation
import ServiceKit
import Testing

/// Key files while several processes start in one folder.
@Suite struct KeyFileTests {
    @Test func `of many who make a key at once all get one`() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/tegata-keys-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for round in 0..<20 {
            let path = "\(folder)/\(round).key"
            let keys = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<16 { group.addTask { try KeyFile.secret(path) } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(keys.count == 1)
            #expect(try KeyFile.read(path) == keys.first)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 20)
    }
}
