internal import Synchronization
internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

// A live edition's key on its way from one set of nodes to another (Spec/services.md, "Handing over").
extension EvaluationNode {
    /// What others seal sub-shares of this node to, 33 bytes. Operators tell each other, as they would a key.
    public var boxKey: [UInt8] { vault.boxKey.encoded }

    /// Agrees, as this node's operator, to hand its share over by this plan, or to take one over by it, and by no other: whoever a
    /// plan names as recipients has the edition's key together.
    ///
    /// - Parameter plan: what `Issuer.handOverPlan` made, once the operator has compared the recipients' keys.
    /// - Throws: `malformed`.
    public func allow(handOver plan: String) throws(Refusal) {
        allowed.insert(try HandOverPlan(text: plan))
    }

    /// Deals this node's share to a plan's recipients. The share stays until it is retired.
    ///
    /// - Throws: `unauthorized` for a plan that the operator did not agree to, `malformed`, `expired`, `nationalIDInvalid` for an
    ///   edition or a round that this node has no share of.
    public func handOver(_ plan: String) async throws(Refusal) -> String {
        let plan = try HandOverPlan(text: plan)
        guard allowed.contains(plan) else { throw .unauthorized }
        let dealing = try binding { () throws(ProofError) in
            var random = SystemRandomness()
            return try vault.share(for: plan.edition, round: plan.round - 1)
                .deal(plan, using: &random)
        }
        return Base64URL.encode(dealing.encoded)
    }

    /// Takes a share over: checks every dealing against its dealer's published key, and keeps what they add up to.
    ///
    /// - Returns: this node's new public key, or whose dealings do not hold.
    /// - Throws: `unauthorized` for a plan that the operator did not agree to, or in which this node is another's number or key, and
    ///   for an offer that the plan's issuer did not sign; `malformed`, `expired`; `conflict` for other terms than the node knows of the edition; `nationalIDInvalid` for too few dealings, and
    ///   when the share before was used already.
    public func takeOver(_ message: String) async throws(Refusal) -> String {
        let offer = try HandOverOffer(parsing: message)
        let plan = offer.plan
        guard allowed.contains(plan), plan.recipients.indices.contains(node - 1),
            plan.recipients[node - 1] == vault.boxKey, offer.isSigned
        else { throw .unauthorized }
        guard vault.terms(of: plan.edition).map({ $0 == offer.terms }) != false else {
            throw .conflict
        }
        let share: NodeShare
        do {
            share = try NodeShare(
                of: node, readingWith: vault.state.withLock { $0.box }, plan,
                dealings: offer.dealings, from: offer.keys)
        } catch {
            guard !error.liars.isEmpty else { throw .nationalIDInvalid }
            return JSON.object(["liars": .array(error.liars.map { .whole(Int64($0)) })]).text
        }
        try binding { () throws(ProofError) in try vault.keep(share, round: plan.round) }
        vault.learn(offer.terms)
        return JSON.object(["key": .bytes(share.publicKey.encoded)]).text
    }

    /// Erases the shares that came before a round, on the issuer's signed order, and moves on to the next epoch of seeds.
    ///
    /// - Parameter order: what `Issuer.retireNodes` sends.
    /// - Throws: `unauthorized` unless the issuer of the edition's terms signed it, `malformed`.
    public func retire(_ order: String) async throws(Refusal) {
        let order = try RetireOrder(parsing: order)
        guard let issuer = vault.terms(of: order.edition)?.issuer.flatMap(FixedBytes<32>.init),
            order.isSigned(by: issuer)
        else { throw .unauthorized }
        vault.retire(order.edition, before: order.round)
    }

    /// The same, by this node's operator.
    public func retire(_ edition: EditionDigest, before round: UInt32) {
        vault.retire(edition, before: round)
    }
}

/// The plans that an operator agreed to, for as long as the node runs.
final class AllowedPlans: Sendable {
    private let plans = Mutex<Set<HandOverPlan>>([])

    func insert(_ plan: HandOverPlan) { plans.withLock { _ = $0.insert(plan) } }

    func contains(_ plan: HandOverPlan) -> Bool { plans.withLock { $0.contains(plan) } }
}

extension NodeVault {
    /// Keeps the terms of an edition that was handed over, unless they are known.
    func learn(_ terms: EditionTerms) {
        state.withLock { state in
            if state.terms[terms.edition] == nil { state.terms[terms.edition] = terms }
        }
    }
}

extension HandOverPlan {
    /// As it travels: base64url.
    var text: String { Base64URL.encode(encoded) }

    /// - Throws: `malformed`.
    init(text: String) throws(Refusal) {
        let bytes = try Base64URL.decode(text)
        self = try binding { () throws(ProofError) in try HandOverPlan(parsing: bytes) }
    }
}

/// What a recipient gets: the plan, the old set's public keys, the dealings, the edition's terms; and the plan's issuer's BIP-340 signature
/// of TH("hand-over-offer", all of it), so that nobody else gives a node another share.
struct HandOverOffer {
    let plan: HandOverPlan
    let keys: EditionKeys
    let dealings: [HandOverDealing]
    let terms: EditionTerms
    private let signature: FixedBytes<64>

    private static func json(
        _ plan: HandOverPlan, _ keys: EditionKeys, _ dealings: [HandOverDealing],
        _ terms: EditionTerms
    ) -> JSONObject {
        [
            "plan": .string(plan.text), "threshold": .whole(Int64(keys.sharing.threshold)),
            "keys": .array(keys.nodeKeys.map { .bytes($0.encoded) }),
            "dealings": .array(dealings.map { .bytes($0.encoded) }), "terms": terms.json,
        ]
    }

    private static func hash(_ object: JSONObject) -> FixedBytes<32> {
        taggedHash("TEGATA-V01/hand-over-offer", JSON.object(object).encoded)
    }

    var encoded: String {
        var object = Self.json(plan, keys, dealings, terms)
        object.add("signature", .bytes(signature.array))
        return JSON.object(object).text
    }

    /// Whether the plan's issuer signed it.
    var isSigned: Bool {
        let hash = Self.hash(Self.json(plan, keys, dealings, terms))
        return Secp256k1.PublicKey.isValidSchnorrSignature(
            signature.span, for: hash.span, xOnly: plan.issuer.span)
    }

    init(
        plan: HandOverPlan, keys: EditionKeys, dealings: [HandOverDealing], terms: EditionTerms,
        signedBy key: Secp256k1.PrivateKey
    ) {
        var random = SystemRandomness()
        self.plan = plan
        self.keys = keys
        self.dealings = dealings
        self.terms = terms
        let hash = Self.hash(Self.json(plan, keys, dealings, terms))
        signature = key.schnorrSignature(for: hash.array, auxiliary: random.fixed())
    }

    /// - Throws: `malformed`, `limitExceeded`; `nationalIDInvalid` for node keys that belong to no edition's key.
    init(parsing text: String) throws(Refusal) {
        let message = try JSON.message(text, limit: 64 * 1024)
        let plan = try HandOverPlan(text: try message.required("plan").text(atMost: 1024))
        guard let threshold = try message.required("threshold").integer else { throw .malformed }
        var nodeKeys = [Point]()
        for entry in try message.required("keys").elements(atMost: 9) {
            nodeKeys.append(try entry.point())
        }
        let known = nodeKeys
        keys = try binding { () throws(ProofError) in
            try EditionKeys(nodeKeys: known, threshold: Int(clamping: threshold))
        }
        var dealings = [HandOverDealing]()
        for entry in try message.required("dealings").elements(atMost: 9) {
            let bytes = try entry.bytes()
            dealings.append(
                try binding { () throws(ProofError) in
                    try HandOverDealing(parsing: bytes, for: plan)
                })
        }
        self.dealings = dealings
        self.plan = plan
        terms = try EditionTerms(json: try message.required("terms"))
        signature = try message.required("signature").fixedBytes()
        guard terms.edition == plan.edition, terms.issuer == plan.issuer.array else {
            throw .malformed
        }
    }
}

/// An issuer's order to erase the shares before a round: edition 32 ‖ round 4 ‖ BIP-340 signature 64 of TH("retire", the first
/// 36 bytes), base64url.
struct RetireOrder {
    let edition: EditionDigest
    let round: UInt32
    private let signature: FixedBytes<64>

    private static func hash(_ edition: EditionDigest, _ round: UInt32) -> FixedBytes<32> {
        taggedHash("TEGATA-V01/retire", edition.array, bigEndian(round))
    }

    init(_ edition: EditionDigest, before round: UInt32, by key: Secp256k1.PrivateKey) {
        var random = SystemRandomness()
        self.edition = edition
        self.round = round
        signature = key.schnorrSignature(
            for: Self.hash(edition, round).array, auxiliary: random.fixed())
    }

    /// - Throws: `malformed`.
    init(parsing text: String) throws(Refusal) {
        let bytes = try Base64URL.decode(text)
        guard bytes.count == 100, let edition = EditionDigest(bytes.span.extracting(0..<32)),
            let signature = FixedBytes<64>(bytes.span.extracting(36..<100))
        else { throw .malformed }
        self.edition = edition
        self.signature = signature
        round = bytes[32..<36].reduce(0) { $0 << 8 | UInt32($1) }
    }

    var encoded: String {
        Base64URL.encode(edition.array + bigEndian(round) + signature.array)
    }

    func isSigned(by issuer: FixedBytes<32>) -> Bool {
        let hash = Self.hash(edition, round)
        return Secp256k1.PublicKey.isValidSchnorrSignature(
            signature.span, for: hash.span, xOnly: issuer.span)
    }
}
