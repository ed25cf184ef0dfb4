import Foundation
import TegataLog
import TegataSDJWT
import TegataSQLite
import Testing

@testable import Tegata

/// The register on a disk: what it promised is there for the next process.
@Suite struct RegisterStorageTests {
    private let desk = RegisterDesk()

    @Test func `five hundred people, fifty cards, three processes one after the other (A79, A85)`()
        async throws
    {
        try await withDirectory { directory in
            try FileManager.default.createDirectory(
                atPath: directory.path, withIntermediateDirectories: true)
            let path = directory.path + "/register.db"
            var answers = [Int: UInt64]()
            for process in 0..<3 {
                let register = try desk.register(over: .sqlite(at: path), publishing: directory)
                try await desk.open(register, limit: 50)
                // Everybody again, and each time some who have not asked before.
                let found = await withTaskGroup(of: (Int, UInt64?).self) { group in
                    for key in 0..<20 + 240 * process {
                        group.addTask { (key, try? await desk.claim(register, key: key)) }
                    }
                    return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                for (key, record) in answers { #expect(found[key] == record) }
                answers = found
            }
            #expect(Set(answers.values) == Set(1...50))
            let register = try desk.register(over: .sqlite(at: path), publishing: directory)
            #expect(try await desk.serials(register) == Set(1...50))
            #expect(try directory.checkpoint()?.encoded == (try await register.checkpoint()))
        }
    }

    @Test func `two processes share a file and never give a serial twice (A88)`() async throws {
        try await withDirectory { directory in
            try FileManager.default.createDirectory(
                atPath: directory.path, withIntermediateDirectories: true)
            let path = directory.path + "/register.db"
            let registers = [
                try desk.register(over: .sqlite(at: path)),
                try desk.register(over: .sqlite(at: path)),
            ]
            try await desk.open(registers[0], limit: 30)
            let answers = await withTaskGroup(of: UInt64?.self) { group in
                for key in 0..<60 {
                    group.addTask {
                        // As a client does: `unavailable` asks for another try.
                        while true {
                            do {
                                return try await desk.claim(registers[key % 2], key: key)
                            } catch {
                                guard error as? Refusal == .unavailable else { return nil }
                            }
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.compactMap { $0 }) == Set(1...30))
        }
    }
}
