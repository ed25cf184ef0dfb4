import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// Files that were changed, guessed at, made up, and people in between: nothing gets into a wallet that is not a checked card.
@Suite struct AttackWalletTests {
    private func expect(
        _ reason: Refusal, _ file: [UInt8], _ world: WalletWorld, _ name: Comment,
        under passphrase: String = WalletWorld.passphrase
    ) throws {
        var phone = world.empty()
        #expect(throws: reason, name) { try phone.take(file, under: passphrase) }
        #expect(phone.cards.isEmpty && phone.history.isEmpty, name)
    }

    @Test func `every changed byte is refused, and a wrong passphrase looks the same`() async throws
    {
        let world = try await WalletWorld()
        let file = try world.file()
        for place in file.indices {
            var changed = file
            changed[place] ^= 1
            // The name and the kind of the file are no secret; from the parameters on there is one answer.
            try expect(place < 17 ? .malformed : .unauthorized, changed, world, "\(place)")
        }
        for count in [0, 1, 16, 17, 35, 36, 37, 60, file.count - 1] {
            try expect(
                count <= 36 ? .malformed : .unauthorized, Array(file.prefix(count)), world,
                "\(count) bytes")
        }
        try expect(.unauthorized, file + [0], world, "a byte more")
        try expect(.malformed, [0] + file, world, "a byte before")
        for wrong in ["correct horse battery stapl", "Correct horse battery staple", "", " "] {
            try expect(.unauthorized, file, world, "\(wrong)", under: wrong)
        }
        let other = try world.file()
        try expect(
            .unauthorized, Array(other.prefix(36)) + file.dropFirst(36), world,
            "another file's header")
        try expect(
            .limitExceeded, file, world, "a passphrase without end",
            under: String(repeating: "a", count: 1025))
    }

    @Test func `parameters are refused before any work`() async throws {
        let world = try await WalletWorld()
        let file = try world.file()
        // Each of these would take a gigabyte and minutes, or more; the test ends because nobody begins.
        for (logN, r, p): (UInt8, UInt8, UInt8) in [
            (0, 8, 1), (21, 8, 1), (63, 8, 1), (64, 8, 1), (255, 255, 255), (20, 9, 1),
            (20, 16, 1), (17, 8, 16), (17, 0, 1), (17, 17, 1), (17, 8, 0), (17, 8, 17),
            (16, 1, 1),
        ] {
            var changed = file
            changed.replaceSubrange(17..<20, with: [logN, r, p])
            try expect(.limitExceeded, changed, world, "\(logN) \(r) \(p)")
        }
        #expect(Scrypt.Cost(logN: 17, r: 8, p: 1) == .standard)
        #expect(Scrypt.Cost(logN: 20, r: 8, p: 1) != nil)
        var random = SystemRandomness()
        for passphrase in ["", "123456789"] {
            #expect(throws: Refusal.malformed) {
                try world.wallet.exported(under: passphrase, cost: .standard, using: &random)
            }
        }
        let large = [UInt8](repeating: 0, count: WalletDocument.maximumSize + 129)
        try expect(.limitExceeded, large, world, "17 MiB")
    }

    @Test func `a card that does not hold is named, and the rest is taken (A82)`() async throws {
        let world = try await WalletWorld()
        let text = try WalletWorld.document(world.wallet)
        let stranger = try await NoticeWorld(key: .secp256k1(World.privateKey("another city")))
        let row = Base64URL.encode(world.card.row)
        let foreign = Base64URL.encode(stranger.cards[0].row)
        let thumbprint = world.holder.publicKey.thumbprint
        let cases: [(String, String, String, WalletImport.List, Refusal)] = [
            ("another card's row", row, foreign, .cards, .conflict),
            (
                "a key that is not there", #""key":"\#(thumbprint)""#, #""key":"x""#, .cards,
                .holderBindingMissing
            ),
            (
                "an issuer that is not there", #""cards":[{"issuer":"\#(World.club)""#,
                #""cards":[{"issuer":"https://club.example/""#, .cards, .issuerUntrusted
            ),
            (
                "another answer's receipt", #""answer":"\#(world.answer)""#,
                #""answer":"\#(try world.city.holders[0].answer(.refuse, to: try await world.text()))""#,
                .receipts, .conflict
            ),
            ("no outcome", #""outcome":"sent""#, #""outcome":"paid""#, .history, .malformed),
            ("no serial", #""serial":2,"uses""#, #""serial":-2,"uses""#, .uses, .malformed),
            (
                "no curve", #""crv":"secp256k1","kty""#, #""crv":"secp256r1","kty""#, .keys,
                .unsupported
            ),
        ]
        for (name, part, other, list, reason) in cases {
            let changed = text.replacing(part, with: other, maxReplacements: 1)
            #expect(changed != text, "\(name)")
            var phone = world.empty()
            let report = try phone.merge(document: Array(changed.utf8))
            #expect(
                report.faults.contains { $0.list == list && $0.place == 0 && $0.reason == reason },
                "\(name): \(report.faults)")
            #expect(report.cards.count == (list == .cards || list == .keys ? 0 : 1), "\(name)")
        }
    }

    @Test func `a file of a made-up issuer is named as new, and one's own profile stays`()
        async throws
    {
        let world = try await WalletWorld()
        // A city of the same name with other keys: the wallet that knows the city believes it nothing.
        let liar = try await NoticeWorld(
            key: .secp256k1(World.privateKey("liar")))
        let key = Secp256k1.PrivateKey()
        let holder = Holder(
            key: .secp256k1(key), secret: key.exposedRawRepresentation, clock: { World.now })
        let made = try holder.accept(
            try await liar.issuer.issue(to: try await holder.request(liar.edition)),
            from: liar.issuer.profile)
        var forged = world.empty()
        try forged.keep(made, of: holder, from: liar.issuer.profile)
        let file = try world.file(forged)
        var wallet = world.wallet
        let before = try WalletWorld.document(wallet)
        let report = try wallet.take(file, under: WalletWorld.passphrase)
        #expect(report.cards.isEmpty && report.newIssuers.isEmpty)
        #expect(report.faults.map(\.list) == [.cards])
        #expect(try WalletWorld.document(wallet) == before)
        // Who does not know the city is told that it is new.
        var phone = world.empty()
        #expect(try phone.take(file, under: WalletWorld.passphrase).newIssuers == [World.club])
    }

    @Test func `a card past its end is named, and its receipts are still there`() async throws {
        let world = try await WalletWorld()
        let file = try world.file()
        world.city.time.now += 20 * 366 * 86_400
        var phone = world.empty()
        let report = try phone.take(file, under: WalletWorld.passphrase)
        #expect(
            report.faults == [WalletImport.Fault(list: .cards, place: 0, reason: .expired)])
        #expect(report.newIssuers == [World.club])
        #expect(phone.receipts(of: world.card).map(\.receipt) == [world.receipt])
        phone.delete(issuer: World.club)
        #expect(try WalletWorld.document(phone) == WalletWorld.document(world.empty()))
    }

    @Test func `nothing gets in that could not be read again`() async throws {
        let world = try await WalletWorld()
        var wallet = world.wallet
        let before = try WalletWorld.document(wallet)
        for (verifier, claims, reason): (String, Int, Refusal) in [
            (String(repeating: "v", count: 2049), 0, .limitExceeded), ("v", 1025, .limitExceeded),
        ] {
            let shown = ConsentRecord.Shown(
                world.card, claims: (0..<claims).map { "c\($0)" })
            #expect(throws: reason) {
                try wallet.record(
                    ConsentRecord(
                        at: 1, verifier: verifier, isAuthenticated: true, outcome: .shown,
                        shown: [shown]))
            }
        }
        // Two states of a thousand numbers each, none in common.
        let terms = Base64URL.encode([UInt8](repeating: 7, count: 32))
        func uses(_ numbers: Range<Int>) -> String {
            #"{"uses":[{"terms":"\#(terms)","window":0,"used":\#(Array(numbers))}]}"#
        }
        try wallet.keep(EntitlementUses(parsing: uses(0..<1000)), of: world.card)
        let full = wallet.uses(of: world.card)
        #expect(throws: Refusal.limitExceeded) {
            try wallet.keep(EntitlementUses(parsing: uses(1000..<1001)), of: world.card)
        }
        #expect(wallet.uses(of: world.card).encoded == full.encoded)
        #expect(try WalletWorld.document(wallet) != before)
    }

    @Test func `no document is no wallet`() async throws {
        let world = try await WalletWorld()
        let text = try WalletWorld.document(world.wallet)
        for (document, reason): (String, Refusal) in [
            ("", .malformed), ("[]", .malformed), ("{}", .malformed), (text + " x", .malformed),
            (text.replacing(#""version":1"#, with: #""version":2"#), .unsupported),
            (text.replacing(#""history":"#, with: #""histories":"#), .malformed),
            (
                text.replacing(
                    #""inboxes":["#,
                    with: #""inboxes":["# + String(repeating: "0,", count: 1024)), .limitExceeded
            ),
        ] {
            var phone = world.empty()
            #expect(throws: reason, "\(document.prefix(40))") {
                try phone.merge(document: Array(document.utf8))
            }
            #expect(phone.cards.isEmpty)
        }
    }

    @Test func `who stands between two phones has another code, and cannot choose it`() async throws
    {
        let world = try await WalletWorld()
        // Mallory is a new phone to the old one, and an old phone to the new one.
        let old = SendingDevice()
        let mallorysPhone = try ReceivingDevice(old.offer)
        let mallory = SendingDevice()
        let new = try ReceivingDevice(mallory.offer)
        let sender = try old.meet(mallorysPhone.reply)
        let malloryMet = try mallory.meet(new.reply)
        let receiver = try new.meet(malloryMet.reveal)
        let (shown, expected) = (receiver.code, sender.code)
        #expect(shown != expected)
        do throws(Refusal) {
            _ = try sender.send(world.wallet, comparing: shown)
            Issue.record("sent to Mallory")
        } catch {
            #expect(error == .unauthorized)
        }
        // Nor does the new phone take Mallory's wallet.
        let file = try malloryMet.send(world.empty(), comparing: shown)
        var phone = world.empty()
        #expect(throws: Refusal.unauthorized) {
            try receiver.receive(file, into: &phone, comparing: expected)
        }
    }

    @Test func `a key that was not promised ends the move: nobody tries until the codes agree`()
        throws
    {
        let old = SendingDevice()
        let new = try ReceivingDevice(old.offer)
        let other = try SendingDevice().meet(new.reply)
        let reveal = other.reveal
        do throws(Refusal) {
            _ = try new.meet(reveal).code
            Issue.record("believed")
        } catch {
            #expect(error == .conflict)
        }
        let offer = old.offer
        for text in ["", "TEGATA-MOVE-1:", offer, offer + "A", "TEGATA-MOVE-2:AAAA"] {
            #expect(throws: Refusal.malformed) { _ = try SendingDevice().meet(text).code }
        }
        for text in ["", "TEGATA-MOVE-2:AAAA", "TEGATA-MOVE-1:AAAA", offer + "A"] {
            #expect(throws: Refusal.malformed) { _ = try ReceivingDevice(text).reply }
        }
    }

    @Test func `a file to one device opens on no other, and not when a byte is changed`()
        async throws
    {
        let world = try await WalletWorld()
        let old = SendingDevice()
        let new = try ReceivingDevice(old.offer)
        let sender = try old.meet(new.reply)
        let receiver = try new.meet(sender.reveal)
        let code = receiver.code
        let file = try sender.send(world.wallet, comparing: code)
        var phone = world.empty()
        for place in file.indices {
            var changed = file
            changed[place] ^= 1
            do throws(Refusal) {
                _ = try receiver.receive(changed, into: &phone, comparing: code)
                Issue.record("byte \(place) was taken")
            } catch {
                // A changed key may be no point at all, and a changed kind is another one.
                let isOtherKind = place == 16 && error == .typeMismatch
                #expect(
                    error == .unauthorized || isOtherKind || (place < 83 && error == .malformed),
                    "\(place)")
            }
        }
        #expect(throws: Refusal.typeMismatch) {
            try receiver.receive(try world.file(), into: &phone, comparing: code)
        }
        #expect(throws: Refusal.typeMismatch) {
            try phone.take(file, under: WalletWorld.passphrase)
        }
        let stranger = SendingDevice()
        let strangersPhone = try ReceivingDevice(stranger.offer)
        let strangersReveal = try stranger.meet(strangersPhone.reply).reveal
        let met = try strangersPhone.meet(strangersReveal)
        let strangersCode = met.code
        #expect(throws: Refusal.unauthorized) {
            try met.receive(file, into: &phone, comparing: strangersCode)
        }
        #expect(phone.cards.isEmpty)
    }
}

extension WalletWorld {
    /// The notice, read again by whom it was for.
    func text() async throws -> Notice {
        try Notice(parsing: try await city.issuer.text(of: notice), from: city.issuer.profile)
    }
}
