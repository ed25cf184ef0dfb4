import Foundation
import Tegata
import TegataLog
import TegataSQLite

/// The process that is killed: claims cards one after the other, and says each that it was given.
enum Work {
    static func run(in folder: String) async throws {
        let desk = try Desk()
        let register = desk.register(
            over: .sqlite(at: folder + "/register.db"), in: LogDirectory(at: folder + "/log"))
        // As a client does: `unavailable` asks for another try, a few times.
        func insist<Value>(_ ask: () async throws(Refusal) -> Value) async -> Value? {
            for _ in 0..<8 {
                do {
                    return try await ask()
                } catch {
                    guard error == .unavailable else { return nil }
                    try? await Task.sleep(for: .milliseconds(50))
                }
            }
            return nil
        }
        _ = await insist { () async throws(Refusal) in try await desk.open(register) }
        for person in 0..<Desk.people {
            let record = await insist { () async throws(Refusal) in
                try await desk.claim(register, person)
            }
            if let record { say("given \(person) \(record)") }
        }
        say("calls \(calls())")
    }

    /// How many calls the preloaded library has met.
    private static func calls() -> Int {
        typealias Count = @convention(c) () -> Int
        guard let symbol = unsafe dlsym(nil, "fault_calls") else { return 0 }
        return unsafe unsafeBitCast(symbol, to: Count.self)()
    }
}
