import Synchronization
import TegataCrypto
import TegataLog
import TegataSDJWT
import Testing

@testable import Tegata

/// A city with holders of cards and a programme for them, a journal that fails when told, and a clock that is set.
struct NoticeWorld: Sendable {
    final class Time: Sendable {
        private let seconds = Mutex(World.now)
        var now: Int64 {
            get { seconds.withLock { $0 } }
            set { seconds.withLock { $0 = newValue } }
        }
    }

    let time = Time()
    let journal: FailingJournal
    let issuer: Issuer
    let edition: OpenEdition
    let holders: [Holder]
    let cards: [Card]
    let keys: IssuerKeys

    static let deadline = World.now + 86_400
    static let shopID = "https://taxi.example"

    init(
        _ count: Int = 1, at id: String = World.club, key: SigningKey? = nil,
        holding holderKey: @Sendable (Int) -> SigningKey = {
            .secp256k1(World.privateKey("h\($0)"))
        }
    ) async throws {
        let time = time
        journal = FailingJournal()
        keys = IssuerKeys(
            card: key ?? .secp256k1(World.privateKey("city")),
            register: World.privateKey("city rows"), log: World.logKey)
        issuer = Self.issuer(over: journal, keys, time, at: id)
        edition = try await issuer.open(
            Edition("citizens", limit: 500, nationalID: [], isTransferable: true))
        var holders = [Holder]()
        var cards = [Card]()
        for index in 0..<count {
            let holder = Holder(
                key: holderKey(index), secret: Array("holder \(index)".utf8),
                clock: { time.now })
            let issued = try await issuer.issue(to: try await holder.request(edition))
            holders.append(holder)
            cards.append(try holder.accept(issued, from: issuer.profile))
        }
        self.holders = holders
        self.cards = cards
    }

    static func issuer(
        over journal: some Journal, _ keys: IssuerKeys, _ time: Time, at id: String = World.club
    ) -> Issuer {
        Issuer(
            at: id, keys: keys, log: journal, identity: nil, store: .inMemory(),
            clock: { time.now })
    }

    /// Another process of the same issuer: after a crash, or beside it.
    func another() async throws -> Issuer {
        let other = Self.issuer(over: journal, keys, time, at: issuer.id)
        try await other.reopen()
        return other
    }

    func programme(
        _ id: String = "heating-2026", text: String = "Please confirm.",
        addressing: Programme.Addressing = .cards
    ) throws -> Programme {
        try Programme(
            id, office: BilingualText(ja: "福祉課", en: "Welfare office"),
            title: BilingualText(ja: "灯油代の給付", en: "Heating allowance"),
            basis: BilingualText(ja: "条例第5号", en: "Ordinance 5"),
            text: BilingualText(ja: "ご確認ください。", en: text), deadline: Self.deadline,
            addressing: addressing)
    }

    func address(_ index: Int) -> NoticeAddress {
        .card(serial: cards[index].serial, key: holders[index].publicKey.thumbprintBytes)
    }

    func draft(_ index: Int, _ reference: String? = nil, yen: Int64 = 12_000) -> NoticeDraft {
        NoticeDraft(
            reference ?? "case \(index)", to: address(index),
            benefit: .amount(yen, currency: "JPY"))
    }

    /// Tells one holder, and has the wallet read it.
    func tell(_ index: Int = 0) async throws -> (text: String, notice: Notice) {
        let id = try #require(
            try await issuer.notify([draft(index)], about: programme(), in: edition).first)
        let text = try await issuer.text(of: id)
        var inbox = NoticeInbox(of: issuer.id)
        return (text, try read(text, index, in: &inbox))
    }

    func read(_ text: String, _ index: Int = 0, in inbox: inout NoticeInbox) throws -> Notice {
        try inbox.receive(text, for: cards[index], of: holders[index], from: issuer.profile)
    }

    /// How many entries of a kind the log has.
    func entries(_ kind: LogEntry.Kind) async throws -> Int {
        try await journal.records(from: 0, atMost: 10_000).count { $0.entry[0] == kind.rawValue }
    }

    static let reason = BilingualText(ja: "金額の誤り", en: "The amount was wrong")
}
