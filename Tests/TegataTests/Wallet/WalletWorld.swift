import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// A phone with a card of a city, rides of which two were given away, a notice that was confirmed, and a visit at a door.
struct WalletWorld: Sendable {
    let rides: EntitlementWorld
    let answer: String
    let receipt: String
    let notice: NoticeID
    let wallet: Wallet
    let holder: Holder

    static let passphrase = "correct horse battery staple"
    /// What a test can wait for.
    static let cost = Scrypt.Cost(logN: 4, r: 2, p: 2)

    var city: NoticeWorld { rides.city }
    var card: Card { wallet.cards[0] }
    var uses: EntitlementUses { wallet.uses(of: card) }

    init() async throws {
        rides = try await EntitlementWorld(offline: 2)
        let city = rides.city
        let (_, notice) = try await city.tell()
        self.notice = notice.id
        let key = Secp256k1.PrivateKey()
        let time = city.time
        let holder = Holder(
            key: .secp256k1(key), secret: key.exposedRawRepresentation, clock: { time.now })
        self.holder = holder
        answer = try city.holders[0].answer(.confirm, to: notice)
        receipt = try await city.issuer.settle(answer: answer)
        let issued = try await city.issuer.issue(
            to: try await holder.request(city.edition), claims: ["tier": .selective("gold")])
        let profile = city.issuer.profile
        let card = try holder.accept(issued, from: profile)
        var wallet = Wallet(clock: { time.now })
        try wallet.keep(card, of: holder, from: profile)
        var uses = EntitlementUses()
        let taxi = rides.shop()
        let question = try await taxi.ask(for: rides.terms, isOffline: true)
        _ = try holder.use(question, of: rides.terms, with: card, from: taxi.profile, in: &uses)
        try wallet.keep(uses, of: card)
        var inbox = NoticeInbox(of: profile.issuer)
        try inbox.keep(receipt: receipt, for: answer, from: profile)
        try wallet.keep(inbox)
        try wallet.keep(receipt: receipt, for: answer, of: card)
        try wallet.record(
            ConsentRecord(
                at: World.now, verifier: World.doorID, isAuthenticated: true,
                host: "door.example", outcome: .sent,
                shown: [ConsentRecord.Shown(card, claims: ["tier"])]))
        self.wallet = wallet
    }

    func empty() -> Wallet {
        let time = city.time
        return Wallet(clock: { time.now })
    }

    /// The wallet's file, at a price that tests can pay.
    func file(_ wallet: Wallet? = nil) throws -> [UInt8] {
        var random = SystemRandomness()
        return try (wallet ?? self.wallet).exported(
            under: Self.passphrase, cost: try #require(Self.cost), using: &random)
    }

    /// What a file says, for looking into it.
    static func document(_ wallet: Wallet) throws -> String {
        String(decoding: try WalletDocument.encode(wallet), as: UTF8.self)
    }
}
