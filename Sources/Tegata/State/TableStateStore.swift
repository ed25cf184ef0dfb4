internal import TegataCrypto
package import TegataLog
package import TegataSDJWT

/// A table of state in a database, used on one thread by one caller at a time.
///
/// Each row is a key, a value, its expiry and a mark: 16 random bytes by which a writer knows its own row again.
package protocol StateTable: AnyObject {
    func begin() throws(JournalError)

    /// - Throws: whatever goes wrong is `uncertain`: nobody knows whether it was done.
    func commit() throws(JournalError)

    func rollback()

    /// What is kept under `key`, if it is not past its end.
    func value(of key: [UInt8], now: Int64) throws(JournalError) -> [UInt8]?

    /// Writes a row for a key that has none, or one past its end.
    ///
    /// - Returns: whether it did.
    func insert(_ row: StateRow, now: Int64) throws(JournalError) -> Bool

    /// Writes a row in place of one that has the value `old` and is not past its end.
    ///
    /// - Returns: whether it did.
    func update(_ row: StateRow, from old: [UInt8], now: Int64) throws(JournalError) -> Bool

    /// Removes a row that has the value `old` and is not past its end.
    ///
    /// - Returns: whether it did.
    func delete(_ key: [UInt8], from old: [UInt8], now: Int64) throws(JournalError) -> Bool

    /// The mark of the row under `key`.
    func mark(of key: [UInt8]) throws(JournalError) -> [UInt8]?

    func count() throws(JournalError) -> Int

    /// Removes rows that are past their end, at most so many, in a step of its own.
    ///
    /// - Returns: how many.
    func clean(now: Int64, atMost count: Int) throws(JournalError) -> Int
}

/// A row as it is written.
package struct StateRow: Sendable {
    package let key: [UInt8]
    package let value: [UInt8]
    package let expiry: Int64
    package let mark: [UInt8]
}

/// A store in a database's table: what waits is written in one transaction, what has expired goes a few rows at a time.
package actor TableStateStore: StateStore {
    private let thread: JournalThread
    private let open: @Sendable () throws(JournalError) -> any StateTable
    private let capacity: Int
    private var table: (any StateTable)?
    private var queue = [Change]()
    private var isWorking = false
    /// How many more rows may be added before they are counted again.
    private var room = 0
    /// When they were last found to be too many: they are not counted twice in a second.
    private var fullAt = Int64.min
    private var nextCleaning = Int64.min

    /// As many changes as one transaction holds, and as many rows as one cleaning removes: nobody waits for long.
    private static let batchSize = 256

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    /// A store of about `capacity` values; several processes together may pass it by a sixteenth each. `opening` connects.
    package init(
        label: String, capacity: Int,
        opening open: @escaping @Sendable () throws(JournalError) -> any StateTable
    ) {
        thread = JournalThread(label: label)
        self.capacity = capacity
        self.open = open
    }

    package func value(of key: [UInt8], now: Int64) throws(Refusal) -> [UInt8]? {
        // A connection that was cut since the last call is made again.
        for isLast in [false, true] {
            do throws(JournalError) {
                return try connected().value(of: key, now: now)
            } catch {
                table = nil
                if isLast { throw .unavailable }
            }
        }
        throw .unavailable
    }

    package func replace(
        _ key: [UInt8], _ old: [UInt8]?, with new: [UInt8]?, until expiry: Int64, now: Int64
    ) async throws(Refusal) -> Bool {
        var random = SystemRandomness()
        let mark = random.bytes(16)
        let result: Result<Bool, Refusal> = await withCheckedContinuation { continuation in
            queue.append(
                Change(key: key, old: old, new: new, expiry: expiry, now: now, mark: mark) {
                    continuation.resume(returning: $0)
                })
            guard !isWorking else { return }
            isWorking = true
            Task { await work() }
        }
        return try result.get()
    }

    private struct Change: Sendable {
        let key: [UInt8]
        let old: [UInt8]?
        let new: [UInt8]?
        let expiry: Int64
        let now: Int64
        let mark: [UInt8]
        let finish: @Sendable (Result<Bool, Refusal>) -> Void

        func row(_ value: [UInt8]) -> StateRow {
            StateRow(key: key, value: value, expiry: expiry, mark: mark)
        }
    }

    private func work() async {
        while !queue.isEmpty {
            let batch = Array(queue.prefix(Self.batchSize))
            queue.removeFirst(batch.count)
            settle(batch)
            // The thread was taken: those who came meanwhile get into the next batch, and readers have their turn.
            await Task.yield()
        }
        isWorking = false
    }

    private func settle(_ changes: [Change]) {
        // By key, so that two processes lock rows in one order; what one key gets stays in its order.
        let batch = changes.enumerated().sorted { left, right in
            left.element.key == right.element.key
                ? left.offset < right.offset
                : left.element.key.lexicographicallyPrecedes(right.element.key)
        }.map(\.element)
        // Whether an earlier try may have been written.
        var isUncertain = false
        for _ in 0..<4 {
            do throws(JournalError) {
                let outcomes = try apply(batch, &isUncertain)
                for (change, outcome) in zip(batch, outcomes) { change.finish(outcome) }
                return
            } catch {
                table?.rollback()
                table = nil
                room = 0
            }
        }
        for change in batch { change.finish(.failure(.unavailable)) }
    }

    private func apply(
        _ batch: [Change], _ isUncertain: inout Bool
    ) throws(JournalError) -> [Result<Bool, Refusal>] {
        let table = try connected()
        let now = batch.reduce(Int64.min) { max($0, $1.now) }
        try clean(table, now)
        try table.begin()
        var outcomes = [Result<Bool, Refusal>]()
        for change in batch { outcomes.append(try decide(change, table, isUncertain)) }
        do {
            try table.commit()
        } catch {
            isUncertain = true
            throw error
        }
        return outcomes
    }

    private func decide(
        _ change: Change, _ table: any StateTable, _ isUncertain: Bool
    ) throws(JournalError) -> Result<Bool, Refusal> {
        let changed: Bool
        switch (change.old, change.new) {
        case (nil, nil):
            return .success(try table.value(of: change.key, now: change.now) == nil)
        case (nil, let new?):
            try makeRoom(table, change.now)
            guard room > 0 || isUncertain else { return .failure(.limitExceeded) }
            changed = try table.insert(change.row(new), now: change.now)
            if changed { room -= 1 }
        case (let old?, let new?):
            changed = try table.update(change.row(new), from: old, now: change.now)
        case (let old?, nil):
            changed = try table.delete(change.key, from: old, now: change.now)
            if changed { fullAt = .min }
        }
        guard !changed, isUncertain else { return .success(changed) }
        // Our mark says that the earlier try was written after all; without it, it may have been and gone.
        guard change.new != nil, try table.mark(of: change.key) == change.mark else {
            return .failure(.unavailable)
        }
        return .success(true)
    }

    private func clean(_ table: any StateTable, _ now: Int64) throws(JournalError) {
        guard now >= nextCleaning else { return }
        if try table.clean(now: now, atMost: Self.batchSize) < Self.batchSize {
            nextCleaning = now &+ 60
        }
    }

    /// Counts the rows, when as many were added as could be without counting.
    private func makeRoom(_ table: any StateTable, _ now: Int64) throws(JournalError) {
        guard room <= 0, now != fullAt else { return }
        var count = try table.count()
        if count >= capacity {
            _ = try table.clean(now: now, atMost: Self.batchSize)
            count = try table.count()
        }
        room = max(0, min(capacity - count, max(1, capacity / 16)))
        fullAt = room == 0 ? now : .min
    }

    private func connected() throws(JournalError) -> any StateTable {
        if let table { return table }
        let made = try open()
        table = made
        return made
    }
}
