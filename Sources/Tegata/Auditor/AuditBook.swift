internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// What anyone can follow of one edition in the log. It counts; it knows no row.
struct AuditBook {
    private(set) var edition: OpenEdition
    private(set) var limit: Limit
    private(set) var changes = 0
    private(set) var serials: UInt32 = 0
    private(set) var returned = Set<UInt32>()
    private(set) var active = 0
    private(set) var suspended = 0
    private(set) var revoked = 0
    private(set) var renewed = 0
    /// Exceptions for certificates after the cut-off: new cards, and members.
    private(set) var appeals = 0
    private(set) var members = 0
    /// Exceptions for people of one name: new cards, and members who were found by it.
    private(set) var namesakes = 0
    private(set) var recovered = 0
    private var declared = Set<FixedBytes<33>>()
    private var sessionCount = SessionCount()
    /// How many sessions were frozen when nodes last counted.
    private var frozenWhenCounted = 0
    private var held = Set<FixedBytes<32>>()
    /// Who entered: the entries' numbers, and what they hold.
    private var entrants = [(number: UInt64, name: FixedBytes<32>)]()
    private(set) var draw: DrawAudit?
    private var sessions: FrozenLists
    /// The settled indexes by list, with the numbers of their entries.
    private var settlements = [Int: [(number: UInt64, settled: SettledIndex)]]()
    private var settled = Set<FixedBytes<33>>()
    /// How many of the compared list's persons are settled.
    private var settledInLists = 0
    /// Notices that no receipt and no withdrawal stands against.
    private var unanswered = 0
    /// And how many are not, and are declared to have no phone.
    private var declaredInLists = 0

    init(_ edition: OpenEdition) {
        self.edition = edition
        sessions = FrozenLists(of: edition)
        limit = edition.edition.limit
    }

    /// Takes the edition's next entry, which is not its announcement.
    mutating func take(
        _ entry: LogEntry, number: UInt64, signedBy ring: KeyRing
    ) throws(AuditFailure) {
        // The parts of a list are written together.
        guard sessions.isWhole || entry.kind == .sessions else { throw .badSessions }
        sessionCount.take(entry.kind)
        switch entry.kind {
        case .deposit: guard edition.identity != nil else { throw .impossible }
        case .notice: unanswered += 1
        case .receipt, .withdrawal:
            guard unanswered > 0 else { throw .impossible }
            unanswered -= 1
        case .redemption, .attachment, .anonymousUse: break
        case .sessions:
            do {
                try sessions.take(entry.content)
            } catch {
                throw .badSessions
            }
            guard sessions.late <= appeals + members else { throw .badSessions }
        case .exception: try except(entry)
        case .nodes: try handOver(entry, ring)
        case .count: try count(entry)
        case .renewal:
            guard active > 0, edition.identity != nil else { throw .impossible }
            renewed += 1
        case .settled: try settle(entry, number)
        case .open: throw .announcedTwice
        case .relocation: throw .impossible
        case .entrant:
            guard edition.edition.draw != nil, draw == nil, let name = FixedBytes<32>(entry.content)
            else { throw .badDraw }
            entrants.append((number, name))
        case .draw: try hold(entry, ring)
        case .card:
            guard edition.edition.draw == nil || draw != nil else { throw .badDraw }
            try addCard()
        case .reissue, .transfer:
            guard active > 0 else { throw .impossible }
        case .suspend:
            guard active > 0 else { throw .impossible }
            active -= 1
            suspended += 1
        case .resume:
            guard suspended > 0 else { throw .impossible }
            suspended -= 1
            active += 1
        case .revoke: try revoke(entry)
        case .giveBack:
            guard let serial = entry.returned, serial > 0, serial <= serials, active > 0,
                returned.insert(serial).inserted
            else { throw .impossible }
            active -= 1
        case .limit: try change(entry, ring)
        case .hold:
            guard limit.admits(after: taken) else { throw .beyondLimit }
            guard let hold = entry.hold, held.insert(hold).inserted else { throw .impossible }
        case .release:
            guard let hold = entry.hold, held.remove(hold) != nil else { throw .impossible }
        }
    }

    /// Takes an exception in: a member without a phone once, others only where there is the rule that they are from.
    private mutating func except(_ entry: LogEntry) throws(AuditFailure) {
        guard edition.identity != nil,
            let (kind, person) = try? DeclaredException.read(entry.content)
        else { throw .badException }
        let isPossible =
            switch kind {
            case .appeal, .member: edition.edition.cutOff != nil
            case .withoutPhone: person.map { declared.insert($0).inserted } ?? false
            case .namesake, .recovery: edition.edition.asksSecondIndex
            }
        guard isPossible else { throw .badException }
        switch kind {
        case .appeal: appeals += 1
        case .member: members += 1
        case .withoutPhone: break
        case .namesake: namesakes += 1
        case .recovery: recovered += 1
        }
    }

    /// Computes the new nodes' keys again.
    private mutating func handOver(_ entry: LogEntry, _ ring: KeyRing) throws(AuditFailure) {
        guard let change = try? NodeChange(parsing: entry.text ?? "", by: ring) else {
            throw .notSigned
        }
        guard let changed = try? edition.after(change) else { throw .badNodes }
        edition = changed
        sessions.edition = changed
    }

    private mutating func count(_ entry: LogEntry) throws(AuditFailure) {
        guard let parameters = edition.identity,
            (try? sessionCount.take(entry.content, in: edition.digest, parameters.rounds)) != nil
        else { throw .badCount }
        frozenWhenCounted = sessions.seen.count
    }

    /// Places that nobody else can have: cards, and places kept for somebody.
    private var taken: UInt32 { serials - UInt32(returned.count) + UInt32(held.count) }

    /// Computes the draw again: the seed that was committed to, what chance is said to have said, and who entered.
    private mutating func hold(_ entry: LogEntry, _ ring: KeyRing) throws(AuditFailure) {
        guard let held = try? HeldDraw(parsing: entry.text ?? "", by: ring),
            isAbout(held.issuer, held.edition)
        else { throw .notSigned }
        guard let plan = edition.edition.draw, draw == nil, held.entrants == entrants.count,
            DrawSeed(rawRepresentation: held.seed.array)?.commitment == plan.commitment
        else { throw .badDraw }
        let key = Draw.key(
            seed: held.seed, outcome: held.outcome, entrants: entrants.map(\.name))
        draw = DrawAudit(
            randomness: plan.randomness, outcome: held.outcome,
            order: Draw.order(of: entrants.count, by: key).map { entrants[$0].number })
    }

    /// Whether a signed text names this edition, byte for byte.
    private func isAbout(_ issuer: String, _ id: String) -> Bool {
        issuer.hasSameBytes(as: edition.issuer) && id.hasSameBytes(as: edition.edition.id)
    }

    /// Notes an index; its proof is checked with all others of the list, at the end.
    private mutating func settle(_ entry: LogEntry, _ number: UInt64) throws(AuditFailure) {
        guard let index = try? SettledIndex(parsing: entry.content),
            sessions.list(index.list) != nil, settled.insert(index.person).inserted
        else { throw .badSettlement }
        settlements[index.list, default: []].append((number, index))
    }

    /// The number of the first entry whose proof does not hold; `nil` when all do. Those of a list are one sum.
    func firstUnproven() -> UInt64? {
        settlements.values.compactMap { entries in
            if areProven(entries.map(\.settled)) {
                nil
            } else {
                entries.first { !areProven([$0.settled]) }?.number
            }
        }.min()
    }

    private func areProven(_ settled: [SettledIndex]) -> Bool {
        guard let number = settled.first?.list, let list = sessions.list(number) else {
            return false
        }
        let digest = edition.digest
        let pairs = settled.compactMap { try? $0.pair(in: digest) }
        guard pairs.count == settled.count else { return false }
        do {
            try BatchProof.verify(pairs, in: list, context: SettledIndex.context(of: edition))
            return true
        } catch {
            return false
        }
    }

    private mutating func addCard() throws(AuditFailure) {
        guard limit.admits(after: taken) else { throw .beyondLimit }
        if let lowest = returned.min() {
            returned.remove(lowest)
        } else {
            serials += 1
        }
        active += 1
    }

    private mutating func revoke(_ entry: LogEntry) throws(AuditFailure) {
        if entry.wasSuspended {
            guard suspended > 0 else { throw .impossible }
            suspended -= 1
        } else {
            guard active > 0 else { throw .impossible }
            active -= 1
        }
        revoked += 1
    }

    private mutating func change(_ entry: LogEntry, _ ring: KeyRing) throws(AuditFailure) {
        guard let change = try? LimitChange(parsing: entry.text ?? "", by: ring),
            isAbout(change.issuer, change.edition)
        else { throw .notSigned }
        guard change.number == changes + 1, change.limit.isAtLeast(serials) else {
            throw .badChange
        }
        limit = change.limit
        changes += 1
    }

    /// Compares the signed lists with what was counted so far.
    mutating func check(_ lists: SignedLists) -> AuditFinding.ListFault? {
        let persons = lists.persons.compactMap { FixedBytes<33>($0) }
        settledInLists = persons.count(where: settled.contains)
        declaredInLists = persons.count { declared.contains($0) && !settled.contains($0) }
        guard lists.persons.isStrictlySorted, lists.commitments.isStrictlySorted else {
            return .notUnique
        }
        // Nobody is known by a name that somebody else has, but for as many as were declared.
        let shared = lists.seconds.count - Set(lists.seconds).count
        guard lists.seconds == lists.seconds.sorted(by: { $0.lexicographicallyPrecedes($1) }),
            shared <= namesakes
        else { return .notUnique }
        guard lists.persons.count == active, lists.commitments.count == active,
            lists.seconds.count == (edition.edition.asksSecondIndex ? active : 0)
        else { return .count }
        return lists.issued == serials && lists.limit == limit ? nil : .numbers
    }

    func audit(listsAt size: UInt64) -> EditionAudit {
        EditionAudit(
            id: edition.edition.id, limit: limit, changes: changes, serials: serials,
            active: active, suspended: suspended, revoked: revoked, returned: returned.count,
            isOnePerPerson: edition.edition.onePerPerson, sessions: sessions.seen.count,
            settled: settledInLists, declared: declaredInLists, renewed: renewed,
            appeals: appeals, lateMembers: members,
            hasSecondIndex: edition.edition.asksSecondIndex, namesakes: namesakes,
            recovered: recovered,
            handOvers: Int(edition.identity?.round ?? 0), evaluated: evaluated,
            frozenWhenCounted: frozenWhenCounted, missing: missing, listsAt: size, draw: draw)
    }

    /// How many sessions nodes say they evaluated; `nil` while they said nothing.
    var evaluated: Int? {
        guard let parameters = edition.identity, !sessionCount.isEmpty else { return nil }
        return sessionCount.evaluated(parameters.rounds)
    }

    /// How many sessions the issuer's entries took, at least.
    var entered: Int { sessionCount.entered }
    /// How many of these the nodes' counts lack.
    var missing: Int { sessionCount.missing }
}

typealias AuditFailure = AuditFinding.EntryFault

extension AuditFinding.EntryFault: Error {}

extension [[UInt8]] {
    /// Whether each is greater than the one before it, so none occurs twice.
    var isStrictlySorted: Bool {
        zip(self, dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) }
    }
}
