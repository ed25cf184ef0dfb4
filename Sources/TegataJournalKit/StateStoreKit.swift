public import Tegata

/// What every state store must do, so that one more storage can prove itself: give it a way to open stores, and run it in your
/// tests.
public struct StateStoreKit: Sendable {
    private let open: @Sendable (String, Int) async throws -> any StateStore

    /// The kit for a storage. `opening` gives a new connection to the store with this name and capacity: an empty one for a new
    /// name, the same storage for the same name.
    public init(
        opening:
            @escaping @Sendable (_ name: String, _ capacity: Int) async throws -> any StateStore
    ) {
        open = opening
    }

    /// Runs all cases, each on a store of its own.
    ///
    /// - Throws: the first `JournalKit.Failure`, or what the store throws.
    public func run() async throws {
        try await runCases([
            ("as-written", asWritten), ("swaps", swaps), ("race-to-begin", raceToBegin),
            ("race-to-swap", raceToSwap), ("race-to-end", raceToEnd), ("counted", counted),
            ("expiry", expiry), ("capacity", capacity), ("cleaning", cleaning),
            ("another-connection", anotherConnection),
        ])
    }

    private static let large = 100_000

    private func asWritten(_ name: String) async throws {
        let store = try await open(name, Self.large)
        let texts: [[UInt8]] = [
            [0], Array(0...255), Array("第一号 '; --\u{0}".utf8), Array("\\x00\\\\".utf8),
            [UInt8](repeating: 7, count: 1024),
        ]
        for (number, key) in texts.enumerated() {
            let none = try await store.value(of: key, now: 0)
            try expect(none == nil, "a new store has a value")
            let value = number == 0 ? [] : Array(key.reversed()) + key
            let kept = try await store.replace(key, nil, with: value, until: 9, now: 0)
            try expect(kept, "a value was not kept")
            let read = try await store.value(of: key, now: 0)
            try expect(read == value, "a value is not the one kept")
        }
        let prefix = try await store.value(of: Array(0...254), now: 0)
        try expect(prefix == nil, "a prefix of a key found its value")
    }

    private func swaps(_ name: String) async throws {
        let store = try await open(name, Self.large)
        func swap(_ old: [UInt8]?, _ new: [UInt8]?) async throws -> Bool {
            try await store.replace([1], old, with: new, until: 100, now: 0)
        }
        // What is asked for, whether it may be, and what is there then.
        let steps: [(old: [UInt8]?, new: [UInt8]?, isSwapped: Bool, left: [UInt8]?)] = [
            ([1], [2], false, nil), ([], [2], false, nil), ([1], nil, false, nil),
            (nil, nil, true, nil), (nil, [1], true, [1]), (nil, [2], false, [1]),
            (nil, nil, false, [1]), ([], [2], false, [1]), ([1, 0], [2], false, [1]),
            ([2], nil, false, [1]), ([1], [1], true, [1]), ([1], [2], true, [2]),
            ([1], [3], false, [2]), ([2], nil, true, nil), ([2], nil, false, nil),
            (nil, [], true, []), (nil, [5], false, []), ([], [5], true, [5]),
        ]
        for (number, step) in steps.enumerated() {
            let isSwapped = try await swap(step.old, step.new)
            let left = try await store.value(of: [1], now: 0)
            try expect(
                isSwapped == step.isSwapped && left == step.left, "step \(number) of swaps differs")
        }
    }

    /// Of fifty callers on two connections one is right, whatever they bring.
    private func race(
        _ name: String, _ ask: @escaping @Sendable (any StateStore, UInt8) async throws -> Bool
    ) async throws -> Int {
        let stores = [try await open(name, Self.large), try await open(name, Self.large)]
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            for caller in UInt8(0)..<50 {
                group.addTask { try await ask(stores[Int(caller) % 2], caller) }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }

    private func raceToBegin(_ name: String) async throws {
        for key in UInt8(0)..<5 {
            let wins = try await race(name) {
                try await $0.replace([key], nil, with: [$1], until: 100, now: 0)
            }
            try expect(wins == 1, "\(wins) of fifty began the same")
        }
    }

    private func raceToSwap(_ name: String) async throws {
        for key in UInt8(0)..<5 {
            let store = try await open(name, Self.large)
            _ = try await store.replace([key], nil, with: [1], until: 100, now: 0)
            // Some bring the same new value: each of them is a caller of its own all the same.
            let wins = try await race(name) {
                try await $0.replace([key], [1], with: [2 + $1 / 10], until: 100, now: 0)
            }
            try expect(wins == 1, "\(wins) of fifty swapped the same")
        }
    }

    private func raceToEnd(_ name: String) async throws {
        let store = try await open(name, Self.large)
        _ = try await store.replace([1], nil, with: [1], until: 100, now: 0)
        let wins = try await race(name) { store, _ in
            try await store.replace([1], [1], with: nil, until: 100, now: 0)
        }
        try expect(wins == 1, "\(wins) of fifty removed the same")
    }

    /// Fifty who each try until they have counted one further: none is lost.
    private func counted(_ name: String) async throws {
        let wins = try await race(name) { store, _ in
            while true {
                let old = try await store.value(of: [1], now: 0)
                let new = [(old?[0] ?? 0) + 1]
                if try await store.replace([1], old, with: new, until: 100, now: 0) { return true }
            }
        }
        let end = try await open(name, Self.large).value(of: [1], now: 0)
        try expect(wins == 50 && end == [50], "fifty counted to \(end ?? [])")
    }

    private func expiry(_ name: String) async throws {
        let store = try await open(name, Self.large)
        _ = try await store.replace([1], nil, with: [1], until: 10, now: 0)
        let last = try await store.value(of: [1], now: 10)
        try expect(last == [1], "a value was gone in its last second")
        let over = try await store.value(of: [1], now: 11)
        try expect(over == nil, "a value was there past its end")
        for new: [UInt8]? in [[2], nil] {
            let swapped = try await store.replace([1], [1], with: new, until: 50, now: 11)
            try expect(!swapped, "a value past its end was swapped")
        }
        let anew = try await store.replace([1], nil, with: [3], until: 50, now: 11)
        let read = try await store.value(of: [1], now: 50)
        try expect(anew && read == [3], "the place of a value past its end is not free")
    }

    private func capacity(_ name: String) async throws {
        let store = try await open(name, 3)
        for key in UInt8(0)..<3 {
            _ = try await store.replace([key], nil, with: [1], until: 10, now: 0)
        }
        var refusal: Refusal?
        do throws(Refusal) {
            _ = try await store.replace([9], nil, with: [1], until: 10, now: 0)
        } catch {
            refusal = error
        }
        try expect(
            refusal == .limitExceeded,
            "a fourth of three was answered \(String(describing: refusal))")
        let changed = try await store.replace([0], [1], with: [2], until: 10, now: 1)
        try expect(changed, "a full store does not change what it has")
        let removed = try await store.replace([1], [1], with: nil, until: 10, now: 1)
        let next = try await store.replace([9], nil, with: [1], until: 10, now: 1)
        try expect(removed && next, "a place that was left is not free")
        let later = try await store.replace([8], nil, with: [1], until: 100, now: 100)
        try expect(later, "the places of what has expired are not free")
    }

    /// More than one cleaning removes, and what has not expired stays.
    private func cleaning(_ name: String) async throws {
        let store = try await open(name, 1500)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in 0..<1400 {
                group.addTask {
                    _ = try await store.replace(
                        Array("\(key)".utf8), nil, with: [1], until: key % 2 == 0 ? 10 : 5000,
                        now: 0)
                }
            }
            try await group.waitForAll()
        }
        for key in 0..<700 {
            _ = try await store.replace(
                Array("new \(key)".utf8), nil, with: [2], until: 5000, now: 100 + Int64(key))
        }
        for key in stride(from: 1, to: 1400, by: 2) {
            let kept = try await store.value(of: Array("\(key)".utf8), now: 1000)
            try expect(kept == [1], "what had not expired was cleaned")
        }
        let last = try await store.value(of: Array("new 699".utf8), now: 1000)
        try expect(last == [2], "there was no place for what came later")
    }

    private func anotherConnection(_ name: String) async throws {
        let first = try await open(name, Self.large)
        _ = try await first.replace([1], nil, with: [1], until: 100, now: 0)
        let second = try await open(name, Self.large)
        let seen = try await second.value(of: [1], now: 0)
        try expect(seen == [1], "another connection does not see what was kept")
        let swapped = try await second.replace([1], [1], with: [2], until: 100, now: 0)
        let stale = try await first.replace([1], [1], with: [3], until: 100, now: 0)
        try expect(swapped && !stale, "the first connection believes an older value")
        let other = try await open(name + "-other", Self.large).value(of: [1], now: 0)
        try expect(other == nil, "another store has the same values")
    }
}
