import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// What is on its way moves with the wallet, and so does what shops took (Spec/wallet.md).
@Suite struct OnItsWayTests {
    @Test func `an answer on its way goes when its receipt is there, on either phone`() async throws
    {
        let world = try await WalletWorld()
        var (wallet, card) = (world.wallet, world.card)
        let older = try WalletDocument.encode(wallet)
        var phone = world.empty()
        #expect(try phone.merge(document: older).faults.isEmpty)
        // The first word stays until the issuer has said something.
        let refusal = try world.holder.answer(.refuse, to: world.waiting)
        let next = try phone.keep(answer: refusal, of: card)
        #expect(next.text == world.sent && next.word == .confirm)
        let receipt = try await world.city.issuer.settle(answer: next.text)
        try phone.keep(receipt: receipt, for: next.text, of: card)
        #expect(phone.sentAnswers(of: card).isEmpty)
        #expect(throws: Refusal.conflict) { try phone.keep(answer: refusal, of: card) }
        // The older file brings it back to nobody, and the newer one ends it where it still waits.
        #expect(try phone.merge(document: older).faults.isEmpty)
        #expect(phone.sentAnswer(to: world.waiting.id) == nil)
        #expect(try wallet.merge(document: WalletDocument.encode(phone)).faults.isEmpty)
        #expect(wallet.sentAnswers(of: card).isEmpty)
        #expect(wallet.receipts(of: card).count == 2)
    }

    @Test func `an answer that the issuer refused makes room for another word`() async throws {
        let world = try await WalletWorld()
        var (wallet, card) = (world.wallet, world.card)
        let sent = try #require(wallet.sentAnswer(to: world.waiting.id))
        wallet.forget(sent)
        let refusal = try world.holder.answer(.refuse, to: world.waiting)
        #expect(try wallet.keep(answer: refusal, of: card).word == .refuse)
        // Two phones said different things: one's own stays.
        #expect(try wallet.merge(document: WalletDocument.encode(world.wallet)).faults.isEmpty)
        #expect(wallet.sentAnswers(of: card).map(\.word) == [.refuse])
    }

    @Test func `a card takes its own along, and nothing of another's`() async throws {
        let world = try await WalletWorld()
        var wallet = world.wallet
        let key = Secp256k1.PrivateKey()
        let time = world.city.time
        let other = Holder(
            key: .secp256k1(key), secret: key.exposedRawRepresentation, clock: { time.now })
        let second = try other.accept(
            try await world.city.issuer.issue(to: try await other.request(world.city.edition)),
            from: world.city.issuer.profile)
        try wallet.keep(second, of: other, from: world.city.issuer.profile)
        #expect(wallet.takenUses(of: second).isEmpty && wallet.sentAnswers(of: second).isEmpty)
        wallet.delete(second)
        #expect(wallet.answers.count == 1 && wallet.vouchers.count == 1)
        try wallet.keep(second, of: other, from: world.city.issuer.profile)
        wallet.delete(world.card)
        #expect(wallet.answers.isEmpty && wallet.vouchers.isEmpty)
    }

    @Test func `a file of before these lists is read`() async throws {
        let world = try await WalletWorld()
        var wallet = world.wallet
        wallet.answers = []
        wallet.vouchers = []
        let text = try WalletWorld.document(wallet)
        #expect(!text.contains("\"answers\"") && !text.contains("\"vouchers\""))
        var phone = world.wallet
        #expect(try phone.merge(document: Array(text.utf8)).faults.isEmpty)
        #expect(try WalletWorld.document(phone) == WalletWorld.document(world.wallet))
    }

    @Test func `the oldest vouchers make room, by number and by size`() async throws {
        let world = try await WalletWorld()
        var wallet = world.wallet
        let one = wallet.vouchers[0]
        // From here on nobody asks whether they are the same.
        wallet.vouchers = Array(repeating: one, count: 1100)
        wallet.take([TakenUse]())
        #expect(wallet.vouchers.count == Wallet.maximumVouchers)
        let shops = (0..<60).map { "https://\($0).example/" + String(repeating: "a", count: 2000) }
        let plan = try Entitlement(
            "long", title: WalletWorld.oneRide, count: 1, offline: 1,
            windows: EntitlementWorld.windows, shops: [EntitlementWorld.taxiID] + shops)
        let terms = try EntitlementTerms(
            parsing: world.city.issuer.terms(of: plan, in: world.city.edition),
            from: world.city.issuer.profile)
        let taxi = world.rides.shop()
        let ask = try await taxi.ask(for: terms, isOffline: true)
        var uses = EntitlementUses()
        let voucher = try world.holder.use(
            ask, of: terms, with: world.card, from: taxi.profile, in: &uses)
        let taken = try await taxi.take(voucher, under: terms) { _ in }
        wallet.vouchers = []
        try wallet.keep(
            receipt: taxi.receipt(for: taken, under: terms, WalletWorld.oneRide), for: voucher,
            of: world.card, under: terms, from: taxi.profile)
        let large = try #require(wallet.vouchers.first)
        wallet.vouchers = Array(repeating: large, count: 100)
        wallet.take([TakenUse]())
        #expect(wallet.vouchers.count == Wallet.maximumVoucherBytes / large.size)
        #expect(try WalletDocument.encode(wallet).count < 6 << 20)
    }

    @Test func `what is no answer and no receipt is named, and the rest is taken`() async throws {
        let world = try await WalletWorld()
        let text = try WalletWorld.document(world.wallet)
        let use = world.wallet.vouchers[0]
        let school = try await NoticeWorld(at: "https://school.example")
        let elsewhere = try school.holders[0].answer(.confirm, to: try await school.tell().notice)
        let profile = #""shop":"# + use.shop.encoded
        let cases: [(String, String, String, WalletImport.List, Refusal)] = [
            ("to another issuer", world.sent, elsewhere, .answers, .issuerUntrusted),
            ("changed", world.sent, changed(world.sent), .answers, .signatureInvalid),
            ("no answer", world.sent, use.encodedReceipt, .answers, .typeMismatch),
            (
                "an issuer that is not there", #""vouchers":[{"issuer":"\#(World.club)""#,
                #""vouchers":[{"issuer":"https://club.example/""#, .vouchers, .issuerUntrusted
            ),
            (
                "changed terms", use.terms.encoded, changed(use.terms.encoded), .vouchers,
                .signatureInvalid
            ),
            (
                "another shop", profile,
                profile.replacing("https://taxi", with: "https://inn"), .vouchers,
                .holderBindingInvalid
            ),
            (
                "a changed receipt", use.encodedReceipt, changed(use.encodedReceipt), .vouchers,
                .signatureInvalid
            ),
            (
                "another use's receipt", use.encodedReceipt, try await other(world), .vouchers,
                .conflict
            ),
        ]
        for (name, part, other, list, reason) in cases {
            let changed = text.replacing(part, with: other, maxReplacements: 1)
            #expect(changed != text, "\(name)")
            var phone = world.empty()
            let report = try phone.merge(document: Array(changed.utf8))
            #expect(
                report.faults == [WalletImport.Fault(list: list, place: 0, reason: reason)],
                "\(name)")
            #expect(report.cards.count == 1 && phone.receipts.count == 1, "\(name)")
            #expect(phone.answers.count + phone.vouchers.count == 1, "\(name)")
        }
    }

    @Test func `the new lists have their bounds`() async throws {
        let world = try await WalletWorld()
        let text = try WalletWorld.document(world.wallet)
        for list in ["answers", "vouchers"] {
            let long = text.replacing(
                #""\#(list)":["#, with: #""\#(list)":["# + String(repeating: "0,", count: 1024))
            let none = text.replacing(#""\#(list)":["#, with: #""\#(list)":7,"x":["#)
            var phone = world.empty()
            #expect(throws: Refusal.limitExceeded) { try phone.merge(document: Array(long.utf8)) }
            #expect(throws: Refusal.malformed) { try phone.merge(document: Array(none.utf8)) }
            #expect(phone.cards.isEmpty)
        }
        var full = world.wallet
        full.answers = Array(repeating: full.answers[0], count: Wallet.maximumAnswers)
        let payload: JSON = [
            "aud": .string(World.club), "notice": .bytes([UInt8](repeating: 9, count: 32)),
            "answer": "refuse", "iat": .whole(World.now),
        ]
        let answer = String(
            decoding: try CompactJWS.sign(
                payload: payload.encoded, type: NoticeAnswer.type, by: world.holder.key,
                embedding: world.holder.publicKey), as: UTF8.self)
        #expect(throws: Refusal.limitExceeded) { try full.keep(answer: answer, of: world.card) }
    }

    /// The same text under another signature.
    private func changed(_ token: String) -> String {
        var parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        parts[2] = String(parts[2].dropLast(4)) + (parts[2].hasSuffix("AAAA") ? "BBBB" : "AAAA")
        return parts.joined(separator: ".")
    }

    /// The taxi's receipt for the second ride.
    private func other(_ world: WalletWorld) async throws -> String {
        let taxi = world.rides.shop()
        var uses = world.uses
        let ask = try await taxi.ask(for: world.rides.terms, isOffline: true)
        let voucher = try world.holder.use(
            ask, of: world.rides.terms, with: world.card, from: taxi.profile, in: &uses)
        let taken = try await taxi.take(voucher, under: world.rides.terms) { _ in }
        return try taxi.receipt(for: taken, under: world.rides.terms, WalletWorld.oneRide)
    }
}
