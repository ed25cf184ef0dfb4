import Foundation
import Tegata
import TegataLog
import TegataSQLite

/// The process that is killed: does one thing after the other, and says each that was done.
enum Work: String, CaseIterable {
    /// Claims cards of a register.
    case cards
    /// Uses what may be used so many times, in a book.
    case uses
    /// Tells holders of cards of their cases.
    case notices

    /// What has to be there before anything fails.
    func prepare(_ folder: String) async throws {
        if self == .notices { try await Letters.prepare(folder) }
    }

    func run(in folder: String) async throws {
        switch self {
        case .cards: try await Self.claim(in: folder)
        case .uses: await Self.use(in: folder)
        case .notices: try await Self.tell(in: folder)
        }
        say("calls \(Self.calls())")
    }

    /// As a client does: `unavailable` asks for another try, a few times.
    private static func insist<Value>(_ ask: () async throws(Refusal) -> Value) async -> Value? {
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

    private static func claim(in folder: String) async throws {
        let desk = try Desk()
        let register = desk.register(
            over: .sqlite(at: folder + "/register.db"), in: LogDirectory(at: folder + "/log"))
        _ = await insist { () async throws(Refusal) in try await desk.open(register) }
        for person in 0..<Desk.people {
            let record = await insist { () async throws(Refusal) in
                try await desk.claim(register, person)
            }
            if let record { say("given \(person) \(record)") }
        }
    }

    private static func use(in folder: String) async {
        let book = Rides.book(in: folder)
        for ride in 0..<Rides.asked {
            let use = await insist { () async throws(Refusal) in try await Rides.use(book, ride) }
            if case .used(let before)? = use { say("given \(ride) \(before)") }
        }
    }

    private static func tell(in folder: String) async throws {
        let city = try Letters.city(in: folder)
        for number in 0..<Letters.cases {
            let notice = await insist { () async throws(Refusal) in
                try await Letters.tell(city, number)
            }
            if let notice { say("given \(number) \(notice)") }
        }
    }

    /// How many calls the preloaded library has met.
    private static func calls() -> Int {
        typealias Count = @convention(c) () -> Int
        guard let symbol = unsafe dlsym(nil, "fault_calls") else { return 0 }
        return unsafe unsafeBitCast(symbol, to: Count.self)()
    }
}
