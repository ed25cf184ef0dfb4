import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// A wallet moves, and everything goes with it (Spec/wallet.md).
@Suite struct WalletTests {
    @Test
    func
        `a file under a passphrase brings everything to another phone, and the card is shown there`()
        async throws
    {
        let world = try await WalletWorld()
        var phone = world.empty()
        let report = try phone.take(try world.file(), under: WalletWorld.passphrase)
        #expect(report.faults.isEmpty && report.cards.count == 1)
        #expect(report.newIssuers == [World.club])
        let card = try #require(phone.cards.first)
        #expect(card.row == world.card.row && card.serial == world.card.serial)
        #expect(card.claims["tier"] == "gold" && card.opening != nil)
        #expect(phone.uses(of: card).encoded == world.uses.encoded)
        #expect(phone.uses(of: card).count(of: world.rides.terms, window: 0) == 1)
        #expect(phone.inbox(of: World.club).state(of: world.notice) == .confirmed)
        #expect(phone.receipts(of: card).map(\.receipt) == [world.receipt])
        #expect(phone.sentAnswers(of: card).map(\.text) == [world.sent])
        let ride = try #require(phone.takenUses(of: card).first)
        #expect(ride.receipt.shop == EntitlementWorld.taxiID && ride.voucher?.number != nil)
        #expect(ride.receipt.text.en == "One ride" && ride.terms.entitlement.id == "taxi")
        #expect(phone.history == world.wallet.history)
        // The same document, bit for bit: nothing was lost on the way.
        #expect(try WalletWorld.document(phone) == WalletWorld.document(world.wallet))
        let holder = try #require(phone.holder(of: card))
        var policy = VerifierPolicy.strict
        policy.requiresLogProof = true
        let door = Verifier(
            at: World.doorID, trusting: [world.city.issuer.profile], policy: policy,
            store: .inMemory(), clock: { World.now })
        let challenge = try await door.challenge(asking: ["tier"])
        let shown = try await door.verify(
            holder.present(card, revealing: ["tier"], to: challenge))
        #expect(shown.claims == ["tier": "gold"] && shown.serial == card.serial)
        #expect("\(phone)" == "<secret wallet of 1 cards>")
    }

    @Test func `what people export costs 128 MiB a guess`() throws {
        let wallet = Wallet(clock: { World.now })
        let file = try wallet.exported(under: "合言葉は正しい馬の電池です")
        #expect(file[17..<20] == [17, 8, 1])
        var other = Wallet(clock: { World.now })
        #expect(try other.take(file, under: "合言葉は正しい馬の電池です").faults.isEmpty)
        // A fresh salt each time: two files of one wallet have nothing in common.
        #expect(try wallet.exported(under: "合言葉は正しい馬の電池です")[20..<36] != file[20..<36])
    }

    @Test func `from device to device, with six digits that a person compares`() async throws {
        let world = try await WalletWorld()
        let old = SendingDevice()
        let new = try ReceivingDevice(old.offer)
        let sender = try old.meet(new.reply)
        let receiver = try new.meet(sender.reveal)
        let (code, shown) = (receiver.code, sender.code)
        #expect(code == shown && code.utf8.count == 6)
        let file = try sender.send(world.wallet, comparing: code)
        var phone = world.empty()
        let report = try receiver.receive(file, into: &phone, comparing: code)
        #expect(report.cards.count == 1 && report.faults.isEmpty)
        #expect(try WalletWorld.document(phone) == WalletWorld.document(world.wallet))
        // It came twice, as files do: nothing is twice in the wallet.
        #expect(try receiver.receive(file, into: &phone, comparing: code).cards.isEmpty)
        #expect(try WalletWorld.document(phone) == WalletWorld.document(world.wallet))
    }

    @Test func `a device keeps its wallet in a file that no other key opens`() async throws {
        let world = try await WalletWorld()
        let key = SHA256.hash(Array("device".utf8)).array
        let file = try world.wallet.kept(under: key)
        var again = world.empty()
        let report = try again.take(file, keptUnder: key)
        #expect(report.faults.isEmpty && report.cards.map(\.id) == [world.card.id])
        #expect(try WalletWorld.document(again) == WalletWorld.document(world.wallet))
        #expect(again.edition(of: again.history[0].shown[0])?.digest == world.city.edition.digest)
        for place in file.indices {
            let changed = Wrong.flip(file, place)
            #expect(throws: Refusal.self) { try again.take(changed, keptUnder: key) }
        }
        #expect(throws: Refusal.unauthorized) {
            try again.take(file, keptUnder: Wrong.flip(key, 31))
        }
        for size in [0, 31, 33] {
            let short = [UInt8](repeating: 1, count: size)
            #expect(throws: Refusal.malformed) { try again.take(file, keptUnder: short) }
            #expect(throws: Refusal.malformed) { try world.wallet.kept(under: short) }
        }
        // Each kind of file is read as what it is and as nothing else.
        #expect(throws: Refusal.typeMismatch) {
            try again.take(file, under: WalletWorld.passphrase)
        }
        #expect(throws: Refusal.typeMismatch) { try again.take(world.file(), keptUnder: key) }
    }

    @Test func `keys of both curves move, and a key that is in a token stays where it is`()
        async throws
    {
        let world = try await NoticeWorld()
        let key = P256.PrivateKey()
        let time = world.time
        let holder = Holder(
            key: .p256(key), secret: key.rawRepresentation, clock: { time.now })
        let card = try holder.accept(
            try await world.issuer.issue(to: try await holder.request(world.edition)),
            from: world.issuer.profile)
        var wallet = Wallet(clock: { time.now })
        try wallet.keep(card, of: holder, from: world.issuer.profile)
        var other = Wallet(clock: { time.now })
        #expect(try other.merge(document: WalletDocument.encode(wallet)).cards.count == 1)
        #expect(other.holders.map(\.publicKey) == [holder.publicKey])
        #expect(throws: Refusal.holderBindingInvalid) {
            try wallet.keep(card, of: world.holders[0], from: world.issuer.profile)
        }
        let token = Holder(
            key: .external(Token(key: key)), secret: key.rawRepresentation,
            clock: { time.now })
        #expect(throws: Refusal.unsupported) {
            try other.keep(card, of: token, from: world.issuer.profile)
        }
    }

    private struct Token: ExternalSigner {
        let key: P256.PrivateKey
        var verifyingKey: VerifyingKey { SigningKey.p256(key).verifyingKey }
        func signature(forDigest digest: [UInt8]) throws(Refusal) -> [UInt8] { throw .unavailable }
    }

    @Test func `an older file takes nothing back: uses, ends and outcomes stay (A89)`()
        async throws
    {
        let world = try await WalletWorld()
        let older = try world.file()
        var wallet = world.wallet
        var uses = wallet.uses(of: world.card)
        let taxi = world.rides.shop()
        let question = try await taxi.ask(for: world.rides.terms, isOffline: true)
        _ = try world.holder.use(
            question, of: world.rides.terms, with: world.card, from: taxi.profile, in: &uses)
        try wallet.keep(uses, of: world.card)
        // An app that hands in an older state by mistake takes nothing back either.
        try wallet.keep(world.uses, of: world.card)
        var record = wallet.history[0]
        record.outcome = .shown
        try wallet.record(record)
        let before = try WalletWorld.document(wallet)
        #expect(try wallet.take(older, under: WalletWorld.passphrase).cards.isEmpty)
        #expect(try WalletWorld.document(wallet) == before)
        #expect(wallet.uses(of: world.card).count(of: world.rides.terms, window: 0) == 2)
        let more = try await taxi.ask(for: world.rides.terms, isOffline: true)
        var left = wallet.uses(of: world.card)
        #expect(throws: Refusal.soldOut) {
            try world.holder.use(
                more, of: world.rides.terms, with: world.card, from: taxi.profile, in: &left)
        }
        // The other way round the older wallet learns what it had missed.
        var late = world.wallet
        _ = try late.take(try world.file(wallet), under: WalletWorld.passphrase)
        #expect(try WalletWorld.document(late) == before)
    }

    @Test func `a notice that has an end keeps it whichever state comes later`() async throws {
        let world = try await WalletWorld()
        let profile = world.city.issuer.profile
        var open = NoticeInbox(of: profile.issuer)
        let text = try await world.city.issuer.text(of: world.notice)
        _ = try world.city.read(text, in: &open)
        var ended = world.wallet.inbox(of: profile.issuer)
        let kept = ended.state(of: world.notice)
        ended.formUnion(open)
        #expect(kept == .confirmed && ended.state(of: world.notice) == .confirmed)
        open.formUnion(ended)
        #expect(open.state(of: world.notice) == .confirmed)
        #expect(throws: Refusal.replayed) { try world.city.read(text, in: &open) }
    }

    @Test func `what was deleted is not in the next file`() async throws {
        let world = try await WalletWorld()
        let other = try await NoticeWorld(at: "https://school.example")
        let key = Secp256k1.PrivateKey()
        let pupil = Holder(
            key: .secp256k1(key), secret: key.exposedRawRepresentation, clock: { World.now })
        let card = try pupil.accept(
            try await other.issuer.issue(to: try await pupil.request(other.edition)),
            from: other.issuer.profile)
        var wallet = world.empty()
        try wallet.keep(card, of: pupil, from: other.issuer.profile)
        try wallet.record(
            ConsentRecord(
                at: World.now, verifier: "https://library.example", isAuthenticated: false,
                outcome: .shown, shown: [ConsentRecord.Shown(card, claims: [])]))
        let school = try WalletWorld.document(wallet)
        #expect(try wallet.take(world.file(), under: WalletWorld.passphrase).cards.count == 1)
        #expect(wallet.cards.count == 2 && wallet.history.count == 2)
        let city = try #require(wallet.cards.last)
        wallet.delete(city)
        // Not only no card: no key, use, notice, receipt, record or profile.
        #expect(try WalletWorld.document(wallet) == school)
        wallet.deleteHistory(before: World.now)
        #expect(wallet.history.count == 1)
        wallet.deleteHistory()
        let document = try WalletWorld.document(wallet)
        #expect(!document.contains("library.example") && document.contains("school.example"))
        wallet.delete(card)
        #expect(try WalletWorld.document(wallet) == WalletWorld.document(world.empty()))
    }

    @Test func `one record can be deleted, and the oldest make room`() throws {
        var wallet = Wallet(clock: { World.now })
        func record(_ time: Int64) -> ConsentRecord {
            ConsentRecord(
                at: time, verifier: World.doorID, isAuthenticated: true, outcome: .declined)
        }
        let first = record(0)
        try wallet.record(first)
        try wallet.record(record(1))
        wallet.delete(first)
        #expect(wallet.history.map(\.time) == [1])
        wallet.history = (0..<Int64(Wallet.maximumRecords)).map(record)
        try wallet.record(record(.max))
        #expect(wallet.history.count == Wallet.maximumRecords && wallet.history[0].time == 1)
        wallet.deleteHistory()
        #expect(wallet.history.isEmpty)
    }

    @Test
    func
        `a lost phone: read the file elsewhere, ask for re-issue, and serial and benefits stay (A82)`()
        async throws
    {
        let world = try await PersonWorld()
        let key = Secp256k1.PrivateKey()
        let lost = Holder(
            key: .secp256k1(key), secret: key.exposedRawRepresentation, clock: { World.now })
        let first = try await world.card(world.identity, for: lost).card
        var wallet = Wallet(clock: { World.now })
        try wallet.keep(first, of: lost, from: world.issuer.profile)
        let terms = try EntitlementTerms(
            parsing: try world.issuer.terms(
                of: Entitlement(
                    "taxi", title: BilingualText(ja: "タクシー券", en: "Taxi rides"), mode: .card,
                    count: 2, offline: 1, windows: EntitlementWorld.windows,
                    shops: [EntitlementWorld.taxiID]), in: world.founders),
            from: world.issuer.profile)
        let taxi = Shop(
            at: EntitlementWorld.taxiID, key: .secp256k1(World.privateKey("taxi")),
            trusting: world.issuer.profile, store: .inMemory(), book: .inMemory(),
            clock: { World.now })
        var uses = EntitlementUses()
        let ride = try await taxi.ask(for: terms, isOffline: true)
        _ = try lost.use(ride, of: terms, with: first, from: taxi.profile, in: &uses)
        try wallet.keep(uses, of: first)
        var random = SystemRandomness()
        let file = try wallet.exported(
            under: WalletWorld.passphrase, cost: try #require(WalletWorld.cost), using: &random)

        // The phone is gone. Elsewhere the card is there and in force, as it is on the lost phone.
        var phone = Wallet(clock: { World.now })
        _ = try phone.take(file, under: WalletWorld.passphrase)
        let issuer = world.issuer
        let profile = try IssuerProfile(
            parsing: issuer.profile.encoded,
            statuses: RecordingSource { _ in try await issuer.statusList() })
        let copy = try #require(phone.cards.first)
        #expect(try await lost.status(of: first, from: profile)?.status == .valid)
        #expect(try await phone.holder(of: copy)?.status(of: copy, from: profile)?.status == .valid)

        // A new key, the ID card, the same serial.
        let fresh = Secp256k1.PrivateKey()
        let next = Holder(
            key: .secp256k1(fresh), secret: fresh.exposedRawRepresentation,
            clock: { World.now })
        let request = try await next.request(world.founders, proving: world.identity)
        let second = try next.accept(try await issuer.reissue(to: request), from: profile)
        try phone.keep(second, of: next, from: profile)
        phone.delete(copy)
        #expect(second.serial == first.serial && phone.cards.map(\.row) == [second.row])
        #expect(phone.holders.map(\.publicKey) == [next.publicKey])
        // Numbers stay given away under the serial.
        var rest = phone.uses(of: second)
        let again = try await taxi.ask(for: terms, isOffline: true)
        #expect(throws: Refusal.soldOut) {
            try next.use(again, of: terms, with: second, from: taxi.profile, in: &rest)
        }
        // The card on the lost phone, and the one in the file, is dead.
        #expect(try await lost.status(of: first, from: profile)?.status == .revoked)
        #expect(try await next.status(of: second, from: profile)?.status == .valid)
        let door = Verifier(
            at: World.doorID, trusting: [profile], store: .inMemory(), clock: { World.now })
        let challenge = try await door.challenge(asking: [])
        let stolen = try lost.present(first, revealing: [], to: challenge)
        await #expect(throws: Refusal.revoked) { try await door.verify(stolen) }
        let question = try await door.challenge(asking: [])
        let shown = try await door.verify(next.present(second, revealing: [], to: question))
        #expect(shown.serial == first.serial)
    }
}
