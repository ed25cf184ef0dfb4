internal import Foundation
public import ServiceKit
public import Tegata
internal import TegataOpenID

/// Which verifiers a wallet answers.
public struct VerifierTrust: Sendable {
    /// Certificates (DER) under which verifiers have theirs.
    public var authorities: [[UInt8]]
    /// Verifiers known by `did:key` or `did:jwk`.
    public var dids: [String]
    /// Verifiers known by the address of their own site, for questions whether two cards are one person's.
    public var addresses: [String]
    /// Whether verifiers that prove nothing may ask; every consent says so.
    public var acceptsUnsigned: Bool

    /// Those named, and nobody else.
    public init(
        authorities: [[UInt8]] = [], dids: [String] = [], addresses: [String] = [],
        acceptsUnsigned: Bool = false
    ) {
        self.authorities = authorities
        self.dids = dids
        self.addresses = addresses
        self.acceptsUnsigned = acceptsUnsigned
    }
}

/// A small holder of cards, for tests and demonstrations: one owner, one folder, a key in a file. A wallet for people keeps its
/// key in hardware and asks who holds it.
public struct WalletService: Sendable {
    /// Where everything is kept.
    public let home: WalletHome
    let trust: VerifierTrust
    let acceptsLoopback: Bool
    let http: OutboundHTTP
    /// The owner's ID card, where there is a reader.
    let identity: IdentityAccess?

    /// A wallet.
    ///
    /// - Parameters:
    ///   - home: its folder.
    ///   - trust: which verifiers it answers; nobody unless said.
    ///   - acceptsLoopback: whether it speaks to servers of this machine, without TLS.
    ///   - http: how it asks.
    ///   - identity: the owner's ID card; none without it.
    /// - Throws: `KeyFile.Problem` for a key that others can read.
    public init(
        home: WalletHome, trusting trust: VerifierTrust = VerifierTrust(),
        acceptsLoopback: Bool = false, http: OutboundHTTP = OutboundHTTP(),
        identity: IdentityAccess? = nil
    ) throws {
        self.home = home
        self.trust = trust
        self.acceptsLoopback = acceptsLoopback
        self.http = http
        self.identity = identity
        _ = try home.key()
    }

    /// Whose new cards are: one key, made when there is none yet.
    func holder() throws -> Holder { Holder(key: try home.key()) }

    /// What new cards are bound to.
    public func publicKey() throws -> VerifyingKey { try holder().publicKey }

    /// The wallet as it is now.
    public func kept() throws -> KeptWallet { try home.wallet() }

    /// The cards, oldest first.
    public func cards() throws -> [KeptCard] { try home.wallet().wallet.keptCards }

    /// One card.
    ///
    /// - Throws: `Refusal.malformed` for a number that there is none of.
    public func card(_ number: Int) throws -> KeptCard {
        let cards = try cards()
        guard cards.indices.contains(number - 1) else { throw Refusal.malformed }
        return cards[number - 1]
    }

    /// Deletes a card, with what the history says of it. The issuer may give it again, or not.
    public func delete(_ card: KeptCard) throws {
        try home.change { $0.delete(card.card) }
    }

    /// Deletes all that there is of an issuer.
    public func delete(issuer: String) throws {
        try home.change { $0.delete(issuer: issuer) }
    }

    /// Deletes everything, and the keys.
    public func deleteAll() throws { try home.deleteAll() }

    /// Who asked, when, and what was shown: oldest first.
    public func history() throws -> [ConsentRecord] { try home.wallet().wallet.history }

    /// Deletes the history.
    public func deleteHistory() throws { try home.change { $0.deleteHistory() } }

    /// All of it in one file under a passphrase.
    ///
    /// - Throws: what `Wallet.exported` throws: `malformed` for fewer than ten characters.
    public func export(under passphrase: String) throws -> [UInt8] {
        try home.wallet().wallet.exported(
            under: passphrase.precomposedStringWithCanonicalMapping)
    }

    /// Takes in what another wallet exported.
    ///
    /// - Returns: what it brought, and what could not be taken.
    /// - Throws: what `Wallet.take` throws: `unauthorized` for another passphrase, and for a file that was changed.
    public func take(_ file: [UInt8], under passphrase: String) throws -> WalletImport {
        try home.change {
            try $0.take(file, under: passphrase.precomposedStringWithCanonicalMapping)
        }
    }

    /// The cards that are on their way.
    public func waiting() throws -> [WaitingCard] { try home.waiting() }

    static var now: Int64 { Int64(Date().timeIntervalSince1970) }
}

/// What a link is for.
public enum WalletLink: Sendable {
    /// A card to fetch.
    case offer
    /// A question to answer.
    case request
    /// A benefit to use at a shop.
    case use
    /// A question whether two cards are one person's.
    case link
    /// Something to do once as one of the members.
    case action

    /// Tells by the parameters: wallets are also opened at addresses of their own.
    ///
    /// - Throws: `malformed` for a link that is neither.
    public init(_ link: String) throws(Refusal) {
        guard link.utf8.count <= 128 * 1024 else { throw .malformed }
        if link.hasPrefix("https://") || link.hasPrefix("http://"), !link.contains("?") {
            if link.contains("/tegata/uses/") {
                self = .use
                return
            }
            if link.contains("/tegata/links/") {
                self = .link
                return
            }
            if link.contains("/anonymous/"), link.hasSuffix("/question") {
                self = .action
                return
            }
        }
        guard let mark = link.firstIndex(of: "?") else { throw .malformed }
        let names = link[link.index(after: mark)...].split(separator: "&").map {
            $0.prefix { $0 != "=" }
        }
        let isOffer = names.contains { $0 == "credential_offer" || $0 == "credential_offer_uri" }
        guard isOffer != names.contains("client_id") else { throw .malformed }
        self = isOffer ? .offer : .request
    }
}
