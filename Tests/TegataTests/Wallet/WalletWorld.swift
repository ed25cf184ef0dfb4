import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// A phone with a card of a city, rides of which a taxi took one, a notice that was confirmed, one whose answer is on its way, and a visit
/// at a door.
struct WalletWorld: Sendable {
    let rides: EntitlementWorld
    let answer: String
    let receipt: String
    let notice: NoticeID
    /// A notice to the wallet's own card, and what is on its way to the issuer.
    let waiting: Notice
    let sent: String
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
        let voucher = try holder.use(
            question, of: rides.terms, with: card, from: taxi.profile, in: &uses)
        try wallet.keep(uses, of: card)
        let taken = try await taxi.take(voucher, under: rides.terms) { _ in }
        try wallet.keep(
            receipt: try taxi.receipt(for: taken, under: rides.terms, Self.oneRide), for: voucher,
            of: card, under: rides.terms, from: taxi.profile)
        var inbox = NoticeInbox(of: profile.issuer)
        try inbox.keep(receipt: receipt, for: answer, from: profile)
        waiting = try await Self.tell(card, of: holder, in: city, &inbox)
        sent = try holder.answer(.confirm, to: waiting)
        try wallet.keep(inbox)
        _ = try wallet.keep(answer: sent, of: card)
        try wallet.keep(receipt: receipt, for: answer, of: card)
        try wallet.record(
            ConsentRecord(
                at: World.now, verifier: World.doorID, isAuthenticated: true,
                host: "door.example", outcome: .sent,
                shown: [ConsentRecord.Shown(card, claims: ["tier"])]))
        self.wallet = wallet
    }

    static let oneRide = BilingualText(ja: "乗車1回", en: "One ride")

    private static func tell(
        _ card: Card, of holder: Holder, in city: NoticeWorld, _ inbox: inout NoticeInbox
    ) async throws -> Notice {
        let draft = NoticeDraft(
            "mine", to: .card(serial: card.serial, key: holder.publicKey.thumbprintBytes))
        let id = try #require(
            try await city.issuer.notify(
                [draft], about: city.programme("bus-2026"), in: city.edition
            ).first)
        let text = try await city.issuer.text(of: id)
        return try inbox.receive(text, for: card, of: holder, from: city.issuer.profile)
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
