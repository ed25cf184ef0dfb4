public import TegataCrypto
public import TegataLog
public import TegataSDJWT

/// Whom a trust bundle says to believe (Spec/trust-bundle.md). By itself it is somebody's list: a verifier believes it only as
/// part of a ``TrustBundle``.
public struct TrustContents: Sendable {
    /// Issuers of Tegata cards, each once.
    public var issuers: [TrustedIssuer]
    /// Issuers of other credentials.
    public var credentials: [TrustedCredentialIssuer]
    /// Who may vouch for persons; an empty list believes nobody.
    public var attestors: [TrustedAttestor]

    /// A list of these.
    public init(
        issuers: [TrustedIssuer] = [], credentials: [TrustedCredentialIssuer] = [],
        attestors: [TrustedAttestor] = []
    ) {
        self.issuers = issuers
        self.credentials = credentials
        self.attestors = attestors
    }
}

/// An issuer of Tegata cards, and how far it is believed.
public struct TrustedIssuer: Sendable {
    /// Identifier, keys, type and editions.
    public let profile: IssuerProfile
    /// When each of the profile's keys counts.
    public let terms: [KeyTerm]
    /// Whose cosignatures a log proof needs.
    public let witnesses: [NoteKey]
    /// How many of them.
    public let quorum: Int
    /// The addresses of its status lists: nothing else is ever asked for.
    public let statuses: [String]

    /// An issuer with these terms; a key that no term names counts from the beginning and without an end.
    ///
    /// - Throws: `malformed` for a term of a key that the profile lacks, two of one key, and a quorum that can never be reached.
    public init(
        _ profile: IssuerProfile, terms: [KeyTerm] = [], witnesses: [NoteKey] = [],
        quorum: Int = 0, statuses: [String]
    ) throws(Refusal) {
        let named = terms.map(\.key)
        let open = profile.keys.map(\.thumbprint).filter { !named.has($0) }
        let all = terms + open.map { KeyTerm($0, from: 0) }
        guard let ring = profile.ring.limited(by: all),
            (try? LogPolicy(log: profile.logKey, witnesses: witnesses, quorum: quorum)) != nil
        else { throw .malformed }
        self.profile = profile.trusted(ring)
        self.terms = all
        self.witnesses = witnesses
        self.quorum = quorum
        self.statuses = statuses
    }
}

/// When a key's signatures count.
public struct KeyTerm: Hashable, Sendable {
    /// The key's thumbprint (RFC 7638).
    public let key: String
    /// The first second, since 1970.
    public let from: Int64
    /// The last second; `nil` without an end.
    public let until: Int64?
    /// Whether nothing that it ever signed counts any more: its secret is in other hands.
    public let isWithdrawn: Bool

    /// A term of the key with this thumbprint.
    public init(_ key: String, from: Int64, until: Int64? = nil, isWithdrawn: Bool = false) {
        self.key = key
        self.from = from
        self.until = until
        self.isWithdrawn = isWithdrawn
    }

    /// Whether what the key signed at `time` counts.
    func includes(_ time: Int64) -> Bool {
        !isWithdrawn && time >= from && until.map { time <= $0 } ?? true
    }
}

/// An issuer of SD-JWT VCs that are no Tegata cards, believed for some types.
public struct TrustedCredentialIssuer: Hashable, Sendable {
    /// `iss`, compared byte for byte.
    public let issuer: String
    /// The values of `vct` that it may issue.
    public let types: [String]
    /// The certificates, DER, under which its keys are certified.
    public let authorities: [[UInt8]]
    /// The addresses of its status lists.
    public let statuses: [String]

    /// An issuer of these types.
    public init(
        _ issuer: String, types: [String], authorities: [[UInt8]], statuses: [String] = []
    ) {
        self.issuer = issuer
        self.types = types
        self.authorities = authorities
        self.statuses = statuses
    }
}

/// Somebody who checks ID cards.
public struct TrustedAttestor: Hashable, Sendable {
    /// Who; two keys of one name are one attestor's.
    public let name: String
    /// The BIP-340 key, 32 bytes.
    public let key: FixedBytes<32>
    /// The first second in which its word counts.
    public let from: Int64
    /// The last; `nil` without an end.
    public let until: Int64?

    /// An attestor with this key.
    public init(_ name: String, key: FixedBytes<32>, from: Int64 = 0, until: Int64? = nil) {
        self.name = name
        self.key = key
        self.from = from
        self.until = until
    }

    func isTrusted(at now: Int64) -> Bool { now >= from && until.map { now <= $0 } ?? true }
}
