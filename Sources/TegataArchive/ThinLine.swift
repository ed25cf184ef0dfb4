/// A journal that shows nothing before another place has it: after each append the new records go out as a small part of an archive, and
/// only then does the caller hear of it. So what a holder was told survives the site (Spec/archive.md, "The thin line").
///
/// One line to a journal: parts are numbered. When the line is down nothing is issued; what was written meanwhile goes out first when it
/// is up again.
public actor ThinLine<Base: Journal>: Journal {
    /// Keeps a part where this site's end does not reach it: returns when enough places have it durably.
    public typealias Delivery =
        @Sendable (_ manifest: ArchiveManifest, _ file: [UInt8]) async throws -> Void

    private let base: Base
    private let archiver: Archiver
    private let deliver: Delivery
    private var last: ArchiveManifest
    private var sending: Task<Void, any Error>?

    /// A line over `base`.
    ///
    /// - Parameters:
    ///   - base: the journal.
    ///   - archiver: writes the parts.
    ///   - last: the manifest of the last part that was delivered: the full one at first.
    ///   - deliver: keeps a part elsewhere.
    public init(
        _ base: Base, by archiver: Archiver, after last: ArchiveManifest,
        deliver: @escaping Delivery
    ) {
        self.base = base
        self.archiver = archiver
        self.last = last
        self.deliver = deliver
    }

    /// The manifest of the last part that was delivered: what the next line begins after.
    public var delivered: ArchiveManifest { last }

    /// The head that was written last, once everything below it has been delivered.
    public func head() async throws(JournalError) -> JournalHead {
        let head = try await base.head()
        do {
            try await send(upTo: head.size)
        } catch {
            throw .unavailable("the thin line is down: \(error)")
        }
        return head
    }

    /// At most `count` records from `start` on.
    public func records(
        from start: UInt64, atMost count: Int
    ) async throws(JournalError) -> [JournalRecord] {
        try await base.records(from: start, atMost: count)
    }

    /// Adds records behind the head `old`, and delivers them.
    public func append(
        _ records: [JournalRecord], to old: JournalHead, making new: JournalHead
    ) async throws(JournalError) {
        try await base.append(records, to: old, making: new)
        do {
            try await send(upTo: new.size)
        } catch {
            throw .uncertain("the thin line is down: \(error)")
        }
    }

    /// One delivery after the other, whoever asks.
    private func send(upTo size: UInt64) async throws {
        while last.size < size {
            let before = sending
            let task = Task {
                _ = await before?.result
                try await self.sendNext(upTo: size)
            }
            sending = task
            try await task.value
        }
    }

    private func sendNext(upTo size: UInt64) async throws {
        guard last.size < size else { return }
        var file = [UInt8]()
        guard let manifest = try await archiver.write(base, after: last, into: { file += $0 })
        else { return }
        try await deliver(manifest, file)
        last = manifest
    }
}
