import Foundation
import Synchronization
import TegataCrypto
import TegataLog
import TegataSDJWT
import Testing

@testable import Tegata

/// Rows A85, A86, A88, A89, A93, A101, A139 and A140, as far as a register shows them whatever its storage is.
@Suite struct RegisterFaultTests {
    private let desk = RegisterDesk()

    @Test func `an answer lost after the commit gives the same card, never two (A86)`()
        async throws
    {
        let journal = FailingJournal()
        let register = try desk.register(over: journal)
        try await desk.open(register, limit: 10)
        journal.fail(.losesAnswer)
        let record = try await desk.claim(register, key: 1)
        #expect(try await desk.claim(register, key: 1) == record)
        try await desk.claim(register, key: 2)
        #expect(try await desk.serials(register) == [1, 2])
        #expect(try await journal.head().size == 3)
    }

    @Test func `a storage that fails leaves nothing half done, and is tried a few times (A93)`()
        async throws
    {
        let journal = FailingJournal()
        let register = try desk.register(over: journal)
        try await desk.open(register, limit: 10)
        journal.fail(.refuses(.uncertain("lost")), .refuses(.moved))
        try await desk.claim(register, key: 1)
        journal.fail(.refuses(.uncertain("a deadlock")), times: 5)
        await #expect(throws: Refusal.unavailable) { try await desk.claim(register, key: 2) }
        #expect(await register.fault == .storage("a deadlock"))
        journal.fail(.refuses(.unavailable("the disk is full")))
        await #expect(throws: Refusal.unavailable) { try await desk.claim(register, key: 2) }
        #expect(await register.fault == .storage("the disk is full"))
        // Repaired: it goes on as if nothing had been.
        try await desk.claim(register, key: 2)
        #expect(await register.fault == nil)
        #expect(try await desk.serials(register) == [1, 2])
    }

    @Test func `whoever is overtaken again and again gets in with less at a time (A79, A88)`()
        async throws
    {
        let journal = FailingJournal()
        let register = try desk.register(over: journal)
        try await desk.open(register, limit: 200)
        journal.fail(.refuses(.moved), times: 60)
        let answers = await withTaskGroup(of: Bool.self) { group in
            for key in 0..<100 {
                group.addTask { (try? await desk.claim(register, key: key)) != nil }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0 } == 100)
        #expect(try await desk.serials(register) == Set(1...100))
        // But not for ever.
        journal.fail(.refuses(.moved), times: 200)
        await #expect(throws: Refusal.unavailable) { try await desk.claim(register, key: 500) }
        #expect(
            await register.fault == .storage("other processes were faster every time"))
    }

    @Test func `every caller is answered when the storage fails (A79, A140)`() async throws {
        let journal = FailingJournal()
        let register = try desk.register(over: journal)
        try await desk.open(register, limit: 50)
        journal.fail(.refuses(.unavailable("read-only")), times: 3)
        let answers = await withTaskGroup(of: Bool.self) { group in
            for key in 0..<500 {
                group.addTask { (try? await desk.claim(register, key: key)) != nil }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == 500)
        for key in 0..<500 { _ = try? await desk.claim(register, key: key) }
        #expect(try await desk.serials(register) == Set(1...50))
        #expect(try await journal.head().size == 51)
    }

    @Test func `an older copy that comes back stops the register (A89)`() async throws {
        let journal = RestorableJournal()
        let register = try desk.register(over: journal)
        try await desk.open(register, limit: 10)
        try await desk.claim(register, key: 1)
        let backup = try await journal.copy()
        try await desk.claim(register, key: 2)
        let newest = try await journal.copy()
        await journal.restore(backup)
        await #expect(throws: Refusal.unavailable) { try await desk.claim(register, key: 3) }
        #expect(await register.fault == .rolledBack(stored: 2, published: 3))
        // Not even when the copy has grown past the point again.
        let other = try desk.register(over: backup)
        for key in 10..<13 { try await desk.claim(other, key: key) }
        await #expect(throws: Refusal.unavailable) { try await desk.claim(register, key: 3) }
        #expect(await register.fault == .forked(size: 3))
        await journal.restore(newest)
        try await desk.claim(register, key: 3)
        #expect(try await desk.serials(register) == [1, 2, 3])
    }

    @Test func `a register that starts on an older copy than was published stops (A89)`()
        async throws
    {
        try await withDirectory { directory in
            let journal = RestorableJournal()
            let register = try desk.register(over: journal, publishing: directory)
            try await desk.open(register, limit: 10)
            let backup = try await journal.copy()
            try await desk.claim(register, key: 1)
            await journal.restore(backup)
            let restarted = try desk.register(over: journal, publishing: directory)
            await #expect(throws: Refusal.unavailable) { try await desk.claim(restarted, key: 2) }
            #expect(await restarted.fault == .rolledBack(stored: 1, published: 2))
        }
    }

    @Test func `one flipped bit of a record is named, and nothing is signed over it (A101)`()
        async throws
    {
        let journal = InMemoryJournal()
        let register = try desk.register(over: journal)
        try await desk.open(register, limit: 10)
        for key in 0..<4 { try await desk.claim(register, key: key) }
        let genuine = await journal.records(from: 2, atMost: 1)[0]
        for byte in 0..<genuine.entry.count + genuine.memo.count {
            let (entry, memo) = genuine.flipping(byte)
            let broken = FailingJournal(journal)
            broken.change(2, to: JournalRecord(entry: entry, memo: memo))
            let restarted = try desk.register(over: broken)
            await #expect(throws: Refusal.unavailable) { try await desk.claim(restarted, key: 9) }
            #expect(await restarted.fault == .damaged(record: 2))
        }
        #expect(await journal.head().size == 5)
    }

    @Test func `what was damaged while it ran is found on demand (A101)`() async throws {
        let journal = FailingJournal()
        let register = try desk.register(over: journal)
        try await desk.open(register, limit: 10)
        for key in 0..<4 { try await desk.claim(register, key: key) }
        try await register.check()
        let genuine = try await journal.records(from: 3, atMost: 1)[0]
        let (entry, memo) = genuine.flipping(50)
        journal.change(3, to: JournalRecord(entry: entry, memo: memo))
        await #expect(throws: Refusal.unavailable) { try await register.check() }
        #expect(await register.fault == .damaged(record: 3))
        await #expect(throws: Refusal.unavailable) { try await desk.claim(register, key: 9) }
        journal.change(3, to: genuine)
        try await register.check()
        try await desk.claim(register, key: 9)
        #expect(try await desk.serials(register) == Set(1...5))
    }

    @Test func `a signer that gives something else leaves the claim as it was (A139)`()
        async throws
    {
        let failures = Mutex(0)
        let journal = InMemoryJournal()
        let register = Register(
            journal: journal,
            signer: try NoteSigner(name: "club.example/tegata", kind: .log, key: desk.log)
        ) { note in
            // Wrong three times: another text under nobody's signature.
            let isWrong = failures.withLock { left in
                defer { left -= 1 }
                return left > 0
            }
            guard isWrong, let other = try? SignedNote(text: "another text\n") else { return note }
            return other
        }
        try await desk.open(register, limit: 5)
        try await desk.claim(register, key: 1)
        failures.withLock { $0 = 3 }
        for _ in 0..<3 {
            await #expect(throws: Refusal.unavailable) { try await desk.claim(register, key: 2) }
            #expect(await register.fault == .storage("the checkpoint cannot be signed"))
            #expect(await journal.head().size == 2)
        }
        #expect(try await desk.claim(register, key: 2) == 2)
        #expect(try await desk.claim(register, key: 2) == 2)
        #expect(try await desk.serials(register) == [1, 2])
    }

    @Test func `one flipped bit of a published file is named, a missing file is made again (A101)`()
        async throws
    {
        try await withDirectory { directory in
            let journal = InMemoryJournal()
            let register = try desk.register(over: journal, publishing: directory)
            try await desk.open(register, limit: 10)
            for key in 0..<4 { try await desk.claim(register, key: key) }
            for (name, complaint) in [
                ("tile/0/000.p/5", "tile/0/000.p/5 is damaged"),
                ("tile/entries/000.p/5", "tile/entries/000.p/5, entry 2 is damaged"),
            ] {
                let file = URL(fileURLWithPath: directory.path + "/" + name)
                let genuine = try Data(contentsOf: file)
                var spoilt = genuine
                spoilt[name.contains("entries") ? 120 : 40] ^= 1
                try spoilt.write(to: file)
                let restarted = try desk.register(over: journal, publishing: directory)
                await #expect(throws: Refusal.unavailable) {
                    try await desk.claim(restarted, key: 9)
                }
                let fault = try #require(await restarted.fault)
                if name.contains("entries") {
                    #expect("\(fault)".contains("tile/entries/000.p/5"), "\(fault)")
                } else {
                    #expect(fault == .publication(complaint))
                }
                try FileManager.default.removeItem(at: file)
                let repaired = try desk.register(over: journal, publishing: directory)
                try await desk.claim(repaired, key: 0)
                #expect(try Data(contentsOf: file) == genuine)
            }
        }
    }

    @Test func `a directory that cannot be written stops the register until it can (A140)`()
        async throws
    {
        try await withDirectory { directory in
            let register = try desk.register(over: .inMemory(), publishing: directory)
            try await desk.open(register, limit: 10)
            let tiles = directory.path + "/tile"
            try FileManager.default.moveItem(atPath: tiles, toPath: tiles + ".away")
            try Data().write(to: URL(fileURLWithPath: tiles))
            await #expect(throws: Refusal.unavailable) { try await desk.claim(register, key: 1) }
            #expect(await register.fault == .publication("the log's files cannot be written"))
            try FileManager.default.removeItem(atPath: tiles)
            try FileManager.default.moveItem(atPath: tiles + ".away", toPath: tiles)
            // The card was committed before; the retry gets it, and no second one.
            #expect(try await desk.claim(register, key: 1) == 1)
            let note = try #require(try directory.checkpoint())
            #expect(note.text.split(separator: "\n")[1] == "2")
        }
    }

    @Test func `what is published is the log, file by file`() async throws {
        try await withDirectory { directory in
            let journal = InMemoryJournal()
            let register = try desk.register(over: journal, publishing: directory)
            try await desk.open(register, limit: .unlimited)
            for start in stride(from: 0, to: 600, by: 100) {
                await withTaskGroup(of: Void.self) { group in
                    for key in start..<start + 100 {
                        group.addTask { _ = try? await desk.claim(register, key: key) }
                    }
                }
            }
            let head = await journal.head()
            #expect(head.size == 601)
            #expect(try directory.checkpoint()?.encoded == head.note)
            for tile in Tile.all(of: head.size) {
                #expect(try directory.bytes(of: tile) == (try await register.bytes(of: tile)))
            }
            #expect(
                !FileManager.default.fileExists(atPath: directory.path + "/tile/0/000.p"))
        }
    }
}

extension JournalRecord {
    fileprivate func flipping(_ byte: Int) -> (entry: [UInt8], memo: [UInt8]) {
        var (entry, memo) = (entry, memo)
        if byte < entry.count {
            entry[byte] ^= 1
        } else {
            memo[byte - entry.count] ^= 1
        }
        return (entry, memo)
    }
}

/// A directory for one test, removed afterwards.
func withDirectory(_ body: (LogDirectory) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.path + "/tegata-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(LogDirectory(at: path))
}
