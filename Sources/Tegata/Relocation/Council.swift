package import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// The sites of an issuer of which so many must sign together (Spec/threshold.md): that the register moves, what an archive has,
/// what a restore gave. What needs one site alone, a thief of that site's keys can sign too; this they cannot.
///
/// It signs with FROST(secp256k1, SHA-256), RFC 9591. Cards stay ES256K or ES256: no wallet verifies anything else.
public struct Council: Hashable, Sendable {
    let group: SharedSecret

    /// How many sites there are, 2…32.
    public var sites: Int { group.count }
    /// How many must sign, 2…`sites`.
    public var threshold: Int { group.threshold }

    /// Deals a new council's seats, in order. Whoever calls this has seen every seat: do it once, on a machine without a network.
    ///
    /// - Throws: `malformed` outside 2 ≤ threshold ≤ sites ≤ 32.
    public static func deal(sites: Int, threshold: Int) throws(Refusal) -> [CouncilSeat] {
        var random = SystemRandomness()
        return try deal(sites: sites, threshold: threshold, using: &random)
    }

    package static func deal(
        sites: Int, threshold: Int, using source: inout some Randomness
    ) throws(Refusal) -> [CouncilSeat] {
        do throws(ProofError) {
            let (group, shares) = try SharedSecret.deal(
                .random(using: &source), threshold: threshold, count: sites, using: &source)
            return shares.map { CouncilSeat(council: Council(group: group), share: $0) }
        } catch {
            throw Refusal(error)
        }
    }

    private init(group: SharedSecret) { self.group = group }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `malformed`.
    public init(parsing bytes: [UInt8]) throws(Refusal) {
        do throws(ProofError) {
            group = try SharedSecret(parsing: bytes)
        } catch {
            throw Refusal(error)
        }
    }

    /// n ‖ k, a byte each, then k points of 33 bytes: the public side, from which the key of each site follows.
    public var encoded: [UInt8] { group.encoded }

    /// The document with the council's signature below it.
    ///
    /// - Parameters:
    ///   - document: what was signed, as every site got it.
    ///   - commitments: what `CouncilNonces.commitment` said, of each site that took part.
    ///   - answers: what `CouncilNonces.sign` gave, of the same sites.
    /// - Returns: the document, a tilde, and the signature.
    /// - Throws: `CouncilFault`, which names the site that did not answer, or not rightly.
    public func countersign(
        _ document: String, commitments: [String], answers: [String]
    ) throws(CouncilFault) -> String {
        let round = try Self.refusing { () throws(Refusal) in
            try self.round(document, commitments)
        }
        let shares = try Self.refusing { () throws(Refusal) in
            try answers.map { answer throws(Refusal) in
                let bytes = try Base64URL.decode(answer)
                return try binding { () throws(ProofError) in try SignatureShare(parsing: bytes) }
            }
        }
        do throws(SigningFault) {
            return document + "~" + Base64URL.encode(try round.aggregate(shares).encoded)
        } catch {
            switch error {
            case .badShare(let site): throw .badAnswer(site: site)
            case .missing(let site): throw .missing(site: site)
            case .damaged: throw .refused(.unavailable)
            }
        }
    }

    private static func refusing<Value>(
        _ step: () throws(Refusal) -> Value
    ) throws(CouncilFault) -> Value {
        do {
            return try step()
        } catch {
            throw .refused(error)
        }
    }

    func round(_ document: String, _ commitments: [String]) throws(Refusal) -> SigningRound {
        var nonces = [NonceCommitment]()
        for commitment in commitments {
            let bytes = try Base64URL.decode(commitment)
            nonces.append(
                try binding { () throws(ProofError) in try NonceCommitment(parsing: bytes) })
        }
        do throws(ProofError) {
            return try SigningRound(Self.message(document), by: group, commitments: nonces)
        } catch {
            throw .unauthorized
        }
    }

    private static func message(_ document: String) -> [UInt8] {
        taggedHash("TEGATA-V01/council", Array(document.utf8)).array
    }

    /// Whether these 65 bytes are the council's on the document.
    func isValid(_ signature: [UInt8], on document: String) -> Bool {
        guard let signature = try? FROSTSignature(parsing: signature) else { return false }
        return signature.isValid(for: Self.message(document), by: group.publicKey)
    }
}

/// Why a council's signature did not come about.
@nonexhaustive
public enum CouncilFault: Error, Equatable {
    /// This site answered, but not to this document with these commitments.
    case badAnswer(site: Int)
    /// This site committed and did not answer.
    case missing(site: Int)
    /// Too few sites, one twice, or something that cannot be read.
    case refused(Refusal)
}

/// One site's seat in a council: its share of a key that nobody has.
public struct CouncilSeat: Sendable {
    /// The council.
    public let council: Council
    let share: SecretShare

    /// Which site, 1…`council.sites`.
    public var number: Int { share.number }

    init(council: Council, share: SecretShare) {
        self.council = council
        self.share = share
    }

    /// A seat that was stored.
    ///
    /// - Throws: `malformed` for what is not 32 bytes of a share, `unauthorized` for a share that is not this site's in this council.
    public init(council: Council, number: Int, rawRepresentation: [UInt8]) throws(Refusal) {
        guard let secret = try? SecretScalar(parsing: rawRepresentation) else { throw .malformed }
        share = SecretShare(number: number, secret: secret)
        guard council.group.isValid(share) else { throw .unauthorized }
        self.council = council
    }

    /// The 32 secret bytes, in a copy that nobody wipes: for storing the seat, and nothing else.
    public var exposedRawRepresentation: [UInt8] { share.secret.bytes.exposedBytes }

    /// Begins one signature.
    ///
    /// - Throws: `unavailable` with probability 2^-128.
    public func begin() throws(Refusal) -> CouncilNonces {
        var random = SystemRandomness()
        return try begin(using: &random)
    }

    package func begin(using source: inout some Randomness) throws(Refusal) -> CouncilNonces {
        do throws(ProofError) {
            return CouncilNonces(
                council: council, nonces: try SigningNonces(for: share, using: &source))
        } catch {
            throw Refusal(error)
        }
    }
}

extension CouncilSeat: CustomStringConvertible {
    /// Which seat; never the secret.
    public var description: String { "<secret seat \(number) of \(council.sites)>" }
}

/// What a site needs to sign once. It cannot be copied or stored, and signing consumes it: whoever signed two documents with the
/// same nonces would have given the seat away.
public struct CouncilNonces: ~Copyable, Sendable {
    private let council: Council
    private let nonces: SigningNonces

    fileprivate init(council: Council, nonces: consuming SigningNonces) {
        self.council = council
        self.nonces = nonces
    }

    /// What the others must have before anybody signs: 90 characters.
    public var commitment: String { Base64URL.encode(nonces.commitment.encoded) }

    /// This site's answer. Read the document first: what a site signs here it has decided.
    ///
    /// - Throws: `unauthorized` when these commitments are too few, twice one site's, or not also this one's; `malformed`.
    public consuming func sign(
        _ document: String, with commitments: [String]
    ) throws(Refusal) -> String {
        let round = try council.round(document, commitments)
        do throws(ProofError) {
            return Base64URL.encode(try nonces.sign(round).encoded)
        } catch {
            throw .unauthorized
        }
    }
}
