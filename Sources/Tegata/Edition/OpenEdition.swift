internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// An edition that its issuer has announced: the plan, plus whom it takes to prove a person. Made by
/// `Issuer.open`, or read from the announcement that an issuer signed (Spec/edition.md).
public struct OpenEdition: Sendable {
    /// The plan that now binds.
    public let edition: Edition
    /// Whose edition it is.
    public let issuer: String
    /// The announcement, signed: what travels.
    public let encoded: String
    /// Who would have to collude to learn which person holds which card; `nil` when no person is asked for.
    public internal(set) var trust: TrustProfile?
    /// Whether certificates of a test authority may stand behind a card.
    public let usesTestAnchors: Bool

    var identity: IdentityParameters?
    /// How its nodes changed since, in order.
    var changes = [NodeChange]()
    /// The services, when the caller can reach them.
    var services: IdentityServices?
    /// Who asks the nodes, where they ask who asks.
    var requester: Requester?
    /// Where a request's nonce comes from, when the caller can reach the issuer.
    var nonce: (@Sendable () async throws(Refusal) -> String)?

    /// The 32-byte name in rows, tokens and transcripts.
    package var digest: EditionDigest { edition.digest(issuer: issuer) }

    /// The same edition, with a way to reach its attestors, nodes and issuer. `nonce` asks the issuer for a fresh
    /// one for each request.
    public func reached(
        through services: IdentityServices?,
        nonce: @escaping @Sendable () async throws(Refusal) -> String
    ) -> OpenEdition {
        var edition = self
        edition.services = services
        edition.nonce = nonce
        return edition
    }
}

extension OpenEdition {
    /// The same edition, asked about by somebody whom its issuer certified.
    public func asked(by requester: Requester) -> OpenEdition {
        var edition = self
        edition.requester = requester
        return edition
    }
}

extension Edition {
    /// The cut-off as challenges and tokens carry it.
    var cutOffTime: UInt64? { cutOff.map { UInt64(clamping: $0) } }
}

/// What it takes to check a national-ID proof for one edition.
struct IdentityParameters: Sendable {
    let attestors: AttestorSet
    let attestorKeys: [[UInt8]]
    /// The nodes' keys, those of the announcement first.
    var rounds: NodeRounds

    /// The nodes' keys in force.
    var keys: EditionKeys { rounds.current }
    /// Which these are: 0 before any hand-over.
    var round: UInt32 { rounds.number }
}

extension OpenEdition {
    static let type = "tegata-edition+jwt"

    /// The announcement of `edition`, signed by the issuer.
    static func announcement(
        of edition: Edition, by issuer: String, identity: IdentityParameters?,
        services: IdentityServices?, signedBy key: SigningKey, at time: Int64
    ) throws(Refusal) -> String {
        var payload: JSONObject = [
            "iss": .string(issuer), "iat": .whole(time), "edition": edition.json,
        ]
        if let identity, let services {
            payload.add(
                "attestors",
                [
                    "threshold": .whole(Int64(identity.attestors.threshold)),
                    "keys": .array(identity.attestorKeys.map(JSON.bytes)),
                ])
            payload.add("nodes", .bytes(identity.keys.encoded))
            payload.add(
                "operators", .string(services.trust == .embedded ? "embedded" : "split"))
            payload.add("test_anchors", .bool(services.usesTestAnchors))
        }
        return try SignedText.sign(.object(payload), type: Self.type, by: key)
    }

    /// Reads an announcement that one of `profile`'s keys signed, also one that was withdrawn since.
    ///
    /// - Throws: `malformed`, `unsupported`, `typeMismatch`, `issuerUntrusted`, `signatureInvalid`.
    public init(parsing text: String, from profile: IssuerProfile) throws(Refusal) {
        let payload = try SignedText.verify(text, type: Self.type, by: profile.history)
        guard try payload.required("iss").text(atMost: 2048).hasSameBytes(as: profile.issuer) else {
            throw .issuerUntrusted
        }
        edition = try Edition(json: try payload.required("edition"))
        issuer = profile.issuer
        encoded = text
        services = nil
        nonce = nil
        guard !edition.nationalID.isEmpty else {
            identity = nil
            trust = nil
            usesTestAnchors = false
            return
        }
        let parameters = try IdentityParameters(
            attestors: try payload.required("attestors"), nodes: try payload.required("nodes"))
        identity = parameters
        usesTestAnchors = try payload.required("test_anchors").flag()
        switch try payload.required("operators").text(atMost: 16) {
        case "embedded": trust = .embedded
        case "split":
            trust = .split(
                attestors: .init(
                    needed: parameters.attestors.threshold, total: parameters.attestorKeys.count),
                nodes: .init(
                    needed: parameters.keys.sharing.threshold,
                    total: parameters.keys.sharing.nodes))
        default: throw .malformed
        }
    }
}

extension IdentityParameters {
    /// Asks every node for its part of the edition's key.
    init(_ services: IdentityServices, for terms: EditionTerms) async throws(Refusal) {
        attestorKeys = services.attestors.map(\.key)
        guard let set = AttestorSet(keys: attestorKeys, threshold: services.attestorThreshold),
            let sharing = Sharing(
                nodes: services.nodes.count, threshold: services.nodeThreshold)
        else { throw .malformed }
        attestors = set
        var publications = [Int: [Int: Point]]()
        for service in services.nodes {
            let message = try JSON.message(
                try await service.publish(terms), limit: 64 * 1024)
            var pieces = [Int: Point]()
            for entry in try message.required("pieces").elements(atMost: 256) {
                guard let piece = try entry.required("piece").integer else { throw .malformed }
                pieces[Int(clamping: piece)] = try entry.required("point").point()
            }
            publications[service.node] = pieces
        }
        let published = publications
        Self.nameLiars(published, sharing, to: services)
        rounds = NodeRounds(
            try binding { () throws(ProofError) in
                try EditionKeys(sharing: sharing, publications: published)
            })
    }

    /// An edition opens only when all holders of every piece agree; where they do not, those that the others contradict are
    /// named, and all of them where there is no majority.
    private static func nameLiars(
        _ publications: [Int: [Int: Point]], _ sharing: Sharing, to services: IdentityServices
    ) {
        var liars = Set<Int>()
        for (piece, holders) in sharing.holders.enumerated() {
            let claims = holders.map { publications[$0]?[piece] }
            for (holder, claim) in zip(holders, claims)
            where 2 * claims.count(where: { $0 == claim }) <= claims.count && claims.count > 1 {
                liars.insert(holder)
            }
        }
        for liar in liars.sorted() {
            services.onFault(ServiceFault(service: .node(liar), reason: .contradicts))
        }
    }

    fileprivate init(attestors json: JSON, nodes: JSON) throws(Refusal) {
        guard let threshold = try json.required("threshold").integer else { throw .malformed }
        var keys = [[UInt8]]()
        for entry in try json.required("keys").elements(atMost: 255) {
            keys.append(try entry.bytes())
        }
        guard let set = AttestorSet(keys: keys, threshold: Int(clamping: threshold)) else {
            throw .malformed
        }
        attestors = set
        attestorKeys = keys
        let encoded = try nodes.bytes()
        rounds = NodeRounds(
            try binding { () throws(ProofError) in try EditionKeys(parsing: encoded) })
    }
}
