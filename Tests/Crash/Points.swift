import Foundation
import Tegata
import TegataLog
import TegataSQLite

/// Kills or fails the work at each of its calls in turn, and looks at what is left (A85, A140).
enum Points {
    private static let modes = ["kill-before", "kill-after", "EIO", "ENOSPC", "FULL"]

    static func run(_ works: [Work], library: String) async throws {
        for work in works {
            let points = try await run(work, library)
            try expect(points >= 500, "\(work): fewer than 500 points")
        }
    }

    private static func run(_ work: Work, _ library: String) async throws -> Int {
        let calls = try await once(work, library, "none", at: 0)
        try expect(calls > 50, "only \(calls) calls: the library was not preloaded")
        // Four at a time: each waits for the disk most of the time.
        let all = modes.flatMap { mode in (1...calls).map { (mode, $0) } }
        var points = 0
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, (mode, call)) in all.enumerated() {
                if number >= 4 { try await group.next() }
                group.addTask {
                    do {
                        _ = try await once(work, library, mode, at: call)
                    } catch {
                        throw Broken("\(work), \(mode) at call \(call) of \(calls): \(error)")
                    }
                }
                points += 1
                if points % 100 == 0 { say("  \(points) points") }
            }
            try await group.waitForAll()
        }
        say("\(work): \(points) points over \(calls) calls in \(modes.count) modes: nothing lost")
        return points
    }

    /// One run with a fault, and what the next process finds. Answers how many calls there were.
    private static func once(
        _ work: Work, _ library: String, _ mode: String, at call: Int
    ) async throws -> Int {
        let folder = FileManager.default.temporaryDirectory.path + "/tegata-crash-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await work.prepare(folder)
        // By the shell: Foundation's `Process` waits for ever where no run loop turns.
        let command =
            "FAULT_MODE=\(mode) FAULT_AT=\(call) LD_PRELOAD='\(library)' "
            + "'\(CommandLine.arguments[0])' work \(work) '\(folder)' >'\(folder)/said' 2>/dev/null"
        // The shell says 128 and the signal's number for a process that was killed.
        let status = Int(unsafe system(command)) >> 8
        let said = try String(contentsOfFile: folder + "/said", encoding: .utf8)
        if mode.hasPrefix("kill") {
            try expect(status == 137 || said.contains("calls"), "status \(status)")
        } else {
            try expect(status == 0, "status \(status)")
        }
        var given = [Int: UInt64]()
        var calls = 0
        for line in said.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 3, words[0] == "given", let person = Int(words[1]) {
                given[person] = UInt64(words[2])
            } else if words.count == 2, words[0] == "calls" {
                calls = Int(words[1]) ?? 0
            }
        }
        switch work {
        case .cards: try await check(folder, given)
        case .uses: try await Rides.check(folder, given)
        case .notices: try await Letters.check(folder, given)
        }
        return calls
    }

    /// The next process: everything that was answered is there, and the sale ends as it must.
    private static func check(_ folder: String, _ given: [Int: UInt64]) async throws {
        let desk = try Desk()
        let directory = LogDirectory(at: folder + "/log")
        let register = desk.register(over: .sqlite(at: folder + "/register.db"), in: directory)
        try await desk.open(register)
        for (person, record) in given {
            let again = try await desk.claim(register, person)
            try expect(again == record, "person \(person) had record \(record), now \(again)")
        }
        var records = Set<UInt64>()
        for person in 0..<Desk.people {
            if let record = try? await desk.claim(register, person) { records.insert(record) }
        }
        try expect(records == Set(1...UInt64(Desk.limit)), "records \(records.sorted())")
        try await Ledger.check(register, desk, directory)
    }
}
