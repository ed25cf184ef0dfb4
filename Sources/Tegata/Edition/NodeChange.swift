internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A live edition's key in new hands, signed by the issuer and an entry of its log: the plan, and what was dealt. Everybody computes the
/// new nodes' keys from it (Spec/services.md, "Handing over").
struct NodeChange {
    static let type = "tegata-nodes+jwt"

    let issuer: String
    let edition: String
    /// When the new keys came in force, seconds since 1970.
    let time: Int64
    let plan: HandOverPlan
    let dealings: [HandOverDealing]
    /// The signed text.
    let encoded: String

    /// Which keys of the edition: 1 for the first change, and so on.
    var round: UInt32 { plan.round }

    /// A change, signed.
    init(
        issuer: String, edition: String, time: Int64, plan: HandOverPlan,
        dealings: [HandOverDealing], signedBy key: SigningKey
    ) throws(Refusal) {
        encoded = try SignedText.sign(
            [
                "iss": .string(issuer), "iat": .whole(time), "edition": .string(edition),
                "plan": .string(plan.text),
                "dealings": .array(dealings.map { .bytes($0.encoded) }),
            ], type: Self.type, by: key)
        self.issuer = issuer
        self.edition = edition
        self.time = time
        self.plan = plan
        self.dealings = dealings
    }

    /// - Throws: what `SignedText.verify` throws; `malformed`.
    init(parsing text: String, by ring: KeyRing) throws(Refusal) {
        encoded = text
        let payload = try SignedText.verify(text, type: Self.type, by: ring)
        issuer = try payload.required("iss").text(atMost: 2048)
        edition = try payload.required("edition").text(atMost: 64)
        time = Int64(clamping: try payload.required("iat").time())
        let plan = try HandOverPlan(text: try payload.required("plan").text(atMost: 1024))
        var dealings = [HandOverDealing]()
        for entry in try payload.required("dealings").elements(atMost: 9) {
            let bytes = try entry.bytes()
            dealings.append(
                try binding { () throws(ProofError) in
                    try HandOverDealing(parsing: bytes, for: plan)
                })
        }
        self.plan = plan
        self.dealings = dealings
    }
}

/// An edition's node keys, one after the other: which of them a session may be evaluated under depends on when it was.
struct NodeRounds: Sendable {
    private struct Round {
        let keys: EditionKeys
        /// When they came in force, seconds since 1970.
        let from: Int64
    }

    private var rounds: [Round]

    /// The keys of the announcement, in force from the beginning.
    init(_ keys: EditionKeys) { rounds = [Round(keys: keys, from: .min)] }

    /// The keys in force.
    var current: EditionKeys { rounds[rounds.count - 1].keys }
    /// Their number, 0 before any hand-over.
    var number: UInt32 { UInt32(rounds.count - 1) }
    /// All of them, by number.
    var all: [EditionKeys] { rounds.map(\.keys) }

    /// The keys of one round.
    func keys(of round: UInt32) -> EditionKeys? {
        round < rounds.count ? rounds[Int(round)].keys : nil
    }

    /// Takes the next change in.
    ///
    /// - Throws: `malformed` for another round than the next, or a time before the last one's; what the dealings lack.
    mutating func take(_ change: NodeChange, in edition: EditionDigest) throws(ProofError) {
        guard change.plan.edition == edition, change.round == number + 1,
            change.time >= rounds[rounds.count - 1].from
        else { throw .malformed }
        let keys = try EditionKeys(change.plan, dealings: change.dealings, from: current)
        rounds.append(Round(keys: keys, from: change.time))
    }

    /// Runs a check of a session that took place between two times, under the newest keys that were in force then; where it fails,
    /// under those before.
    ///
    /// - Throws: what it throws under the newest.
    func check<Value>(
        from start: Int64, until end: Int64,
        _ step: (EditionKeys) throws(ProofError) -> Value
    ) throws(Refusal) -> Value {
        var failure: ProofError?
        for (number, round) in rounds.enumerated().reversed() {
            let ended = number + 1 < rounds.count ? rounds[number + 1].from : .max
            guard round.from <= end, start <= ended else { continue }
            do {
                return try step(round.keys)
            } catch {
                failure = failure ?? error
            }
        }
        throw Refusal(failure ?? .expired)
    }

    /// The same for a session that is shown now.
    func check<Value>(
        at now: Int64, _ step: (EditionKeys) throws(ProofError) -> Value
    ) throws(Refusal) -> Value {
        try check(
            from: now - Attestor.sessionLifetime - Attestor.skew, until: now + Attestor.skew, step)
    }
}

extension OpenEdition {
    /// The edition after a change of its nodes.
    ///
    /// - Throws: `malformed` for a change that is not its next, `nationalIDInvalid` for dealings that do not hold, `unsupported`
    ///   for an edition that has no nodes.
    func after(_ change: NodeChange) throws(Refusal) -> OpenEdition {
        guard var parameters = identity else { throw .unsupported }
        guard change.issuer.hasSameBytes(as: issuer),
            change.edition.hasSameBytes(as: edition.id)
        else { throw .malformed }
        let digest = digest
        var rounds = parameters.rounds
        try binding { () throws(ProofError) in try rounds.take(change, in: digest) }
        parameters.rounds = rounds
        var changed = self
        changed.identity = parameters
        if case .split(let attestors, _) = trust {
            let sharing = rounds.current.sharing
            changed.trust = .split(
                attestors: attestors, nodes: .init(needed: sharing.threshold, total: sharing.nodes))
        }
        changed.changes.append(change)
        return changed
    }
}
