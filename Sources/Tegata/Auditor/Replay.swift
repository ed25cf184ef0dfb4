internal import TegataCrypto
internal import TegataLog
internal import TegataSDJWT

/// Follows a log entry by entry, as anyone can.
struct Replay {
    private let profile: IssuerProfile
    private(set) var books = [EditionDigest: AuditBook]()
    /// In the order of their announcement.
    private(set) var order = [EditionDigest]()
    private(set) var relocations = [RelocationAudit]()

    init(_ profile: IssuerProfile) { self.profile = profile }

    /// Takes the next entry. `tree` has at least all entries before it; without one no relocation is believed.
    mutating func take(
        _ bytes: [UInt8], number: UInt64, _ tree: MerkleTree = MerkleTree()
    ) throws(AuditFinding) {
        do throws(AuditFailure) {
            let entry: LogEntry
            do {
                entry = try LogEntry(parsing: bytes)
            } catch {
                throw .malformed
            }
            if entry.kind == .relocation { return try relocate(entry, number, tree) }
            if entry.kind == .open, books[entry.edition] == nil { return try open(entry) }
            guard books[entry.edition] != nil else { throw .unknownEdition }
            let ring = profile.history
            try books[entry.edition]?.take(entry, number: number, signedBy: ring)
        } catch {
            throw .entry(number, error)
        }
    }

    /// Compares an edition's lists with what was counted so far.
    mutating func check(
        _ lists: SignedLists, of edition: EditionDigest
    ) throws(AuditFinding) {
        guard books[edition] != nil else { throw .lists(edition: lists.edition, .anotherLog) }
        if let fault = books[edition]?.check(lists) {
            throw .lists(edition: lists.edition, fault)
        }
    }

    /// Checks what is checked for many entries at once.
    func finish() throws(AuditFinding) {
        if let number = order.compactMap({ books[$0]?.firstUnproven() }).min() {
            throw .entry(number, .badSettlement)
        }
    }

    private mutating func relocate(
        _ entry: LogEntry, _ number: UInt64, _ tree: MerkleTree
    ) throws(AuditFailure) {
        guard let text = entry.text,
            let relocation = try? Relocation(parsing: text, from: profile),
            relocation.number == relocations.count + 1, relocation.size == number,
            (try? tree.root(at: number)) == relocation.root
        else { throw .badRelocation }
        relocations.append(
            RelocationAudit(
                site: relocation.site, entry: number, isCouncils: profile.council != nil))
    }

    private mutating func open(_ entry: LogEntry) throws(AuditFailure) {
        guard let text = entry.text, let opened = try? OpenEdition(parsing: text, from: profile),
            opened.digest == entry.edition
        else { throw .notSigned }
        books[entry.edition] = AuditBook(opened)
        order.append(entry.edition)
    }
}

/// The signed lists of all editions, each compared when the log has come to the size that it speaks of.
struct PendingLists {
    private var waiting = [UInt64: [(EditionDigest, SignedLists)]]()
    /// At which size each edition's lists were compared.
    private var done = [EditionDigest: UInt64]()

    init(_ source: @escaping LogReader.Source, _ profile: IssuerProfile) async throws {
        for edition in profile.editions {
            let name = edition.edition.id
            guard let bytes = try await source(Auditor.listsFile(of: edition.digest)) else {
                throw AuditFinding.lists(edition: name, .missing)
            }
            guard
                let lists = try? SignedLists(
                    parsing: String(decoding: bytes, as: UTF8.self), from: profile),
                lists.edition.hasSameBytes(as: name)
            else { throw AuditFinding.lists(edition: name, .notSigned) }
            waiting[lists.size, default: []].append((edition.digest, lists))
        }
    }

    /// Compares the lists that speak of a log of `size` entries, which is how far the replay has come.
    mutating func check(
        _ replay: inout Replay, at size: UInt64, _ tree: MerkleTree
    ) throws(AuditFinding) {
        guard !waiting.isEmpty, let lists = waiting.removeValue(forKey: size) else { return }
        for (digest, lists) in lists {
            guard (try? tree.root(at: size)) == lists.root else {
                throw .lists(edition: lists.edition, .anotherLog)
            }
            try replay.check(lists, of: digest)
            done[digest] = size
        }
    }

    /// What was established, once every edition's lists have been compared.
    func finish(_ replay: Replay) throws(AuditFinding) -> [EditionAudit] {
        if let (_, lists) = waiting.values.first?.first {
            throw .lists(edition: lists.edition, .anotherLog)
        }
        return try replay.order.map { digest throws(AuditFinding) in
            guard let book = replay.books[digest] else { preconditionFailure("in order, in books") }
            guard let size = done[digest] else {
                throw .lists(edition: book.edition.edition.id, .missing)
            }
            return book.audit(listsAt: size)
        }
    }
}
