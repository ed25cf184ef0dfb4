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
    /// Whether verifiers that prove nothing may ask; every consent says so.
    public var acceptsUnsigned: Bool

    /// Those named, and nobody else.
    public init(
        authorities: [[UInt8]] = [], dids: [String] = [], acceptsUnsigned: Bool = false
    ) {
        self.authorities = authorities
        self.dids = dids
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
    let key: Secp256k1.PrivateKey

    /// A wallet.
    ///
    /// - Parameters:
    ///   - home: its folder.
    ///   - trust: which verifiers it answers; nobody unless said.
    ///   - acceptsLoopback: whether it speaks to servers of this machine, without TLS.
    ///   - http: how it asks.
    /// - Throws: `KeyFile.Problem` for a key that others can read.
    public init(
        home: WalletHome, trusting trust: VerifierTrust = VerifierTrust(),
        acceptsLoopback: Bool = false, http: OutboundHTTP = OutboundHTTP()
    ) throws {
        self.home = home
        self.trust = trust
        self.acceptsLoopback = acceptsLoopback
        self.http = http
        key = try home.key()
    }

    var holder: Holder { Holder(key: key) }

    /// What cards are bound to.
    public var publicKey: VerifyingKey { holder.publicKey }

    /// The cards, oldest first.
    public func cards() throws -> [KeptCard] { try home.cards(of: holder) }

    /// One card.
    ///
    /// - Throws: `Refusal.malformed` for a number that there is none of.
    public func card(_ number: Int) throws -> KeptCard { try home.card(number, of: holder) }

    /// Deletes a card.
    ///
    /// - Throws: `Refusal.malformed` for a number that there is none of.
    public func delete(_ number: Int) throws { try home.delete(number) }

    /// Who asked, when, and what was shown: oldest first.
    public func history() throws -> [HistoryEntry] { try home.history() }

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

    /// Tells by the parameters: wallets are also opened at addresses of their own.
    ///
    /// - Throws: `malformed` for a link that is neither.
    public init(_ link: String) throws(Refusal) {
        guard link.utf8.count <= 128 * 1024, let mark = link.firstIndex(of: "?") else {
            throw .malformed
        }
        let names = link[link.index(after: mark)...].split(separator: "&").map {
            $0.prefix { $0 != "=" }
        }
        let isOffer = names.contains { $0 == "credential_offer" || $0 == "credential_offer_uri" }
        guard isOffer != names.contains("client_id") else { throw .malformed }
        self = isOffer ? .offer : .request
    }
}
