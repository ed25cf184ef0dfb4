import TegataCrypto
import TegataSDJWT
import Testing

@testable import Tegata

/// What a citizen keeps of a notice moves with the wallet, and is checked wherever it is read (Spec/wallet.md).
@Suite struct KeptProofTests {
    /// A wallet that has answered one notice, and the proof of that.
    private struct Scene {
        let world: WalletWorld
        let proof: String

        init() async throws {
            world = try await WalletWorld()
            let answer = try world.holder.answer(.confirm, to: world.waiting)
            _ = try await world.city.issuer.settle(answer: answer)
            proof = try await world.city.issuer.proof(of: world.waiting.id)
        }

        func wallet() throws -> Wallet {
            var wallet = world.wallet
            try wallet.keep(proof: proof, of: world.card)
            return wallet
        }
    }

    @Test func `a proof moves with the wallet, and goes with the card`() async throws {
        let scene = try await Scene()
        var wallet = try scene.wallet()
        try wallet.keep(proof: scene.proof, of: scene.world.card)
        let document = try WalletDocument.encode(wallet)
        var phone = scene.world.empty()
        #expect(try phone.merge(document: document).faults.isEmpty)
        #expect(try WalletDocument.encode(phone) == document)
        let card = try #require(phone.cards.first)
        let kept = phone.noticeProofs(of: card)
        #expect(kept.map(\.document) == [scene.proof] && kept[0].proof.state == .confirmed)
        #expect(kept[0].proof.notice.id == scene.world.waiting.id)
        phone.delete(card)
        #expect(phone.proofs.isEmpty)
        wallet.delete(issuer: World.club)
        #expect(wallet.proofs.isEmpty)
    }

    @Test func `another card's, another issuer's and a changed proof are not kept`() async throws {
        let scene = try await Scene()
        let world = scene.world
        var wallet = world.wallet
        let other = try await world.city.issuer.settle(
            answer: world.city.holders[0].answer(
                .confirm, to: try await world.city.tell().notice))
        #expect(!other.isEmpty)
        let theirs = try await world.city.issuer.proof(of: world.notice)
        #expect(throws: Refusal.typeMismatch) { try wallet.keep(proof: theirs, of: world.card) }
        let changed = scene.proof.replacing("\"receipt\":\"", with: "\"receipt\":\"x")
        #expect(throws: (any Error).self) { try wallet.keep(proof: changed, of: world.card) }
        var empty = world.empty()
        #expect(throws: Refusal.issuerUntrusted) {
            try empty.keep(proof: scene.proof, of: world.card)
        }
        #expect(wallet.proofs.isEmpty)
        // In a file it is named, and the rest is taken.
        let text = String(decoding: try WalletDocument.encode(try scene.wallet()), as: UTF8.self)
        for (part, replacement, reason) in [
            (
                #""serial":\#(world.card.serial),"issuer":"\#(World.club)","proof""#,
                #""serial":77,"issuer":"\#(World.club)","proof""#, Refusal.typeMismatch
            ),
            (#","proof":"{"#, #","proof":"["#, .malformed),
        ] {
            let wrong = text.replacing(part, with: replacement)
            #expect(wrong != text)
            var phone = world.empty()
            let report = try phone.merge(document: Array(wrong.utf8))
            #expect(
                report.faults == [WalletImport.Fault(list: .proofs, place: 0, reason: reason)])
            #expect(report.cards.count == 1 && phone.vouchers.count == 1)
        }
    }

    @Test func `the oldest make room`() async throws {
        let scene = try await Scene()
        var wallet = try scene.wallet()
        // From here on nobody asks whether they are the same.
        wallet.proofs = Array(repeating: wallet.proofs[0], count: 1100)
        wallet.take([KeptProof]())
        #expect(wallet.proofs.count == Wallet.maximumProofs)
        #expect(try WalletDocument.encode(wallet).count < 8 << 20)
    }

    @Test func `a card is told its own, and not what was told before it was passed on`()
        async throws
    {
        let world = try await NoticeWorld(1)
        let (_, notice) = try await world.tell()
        let told = try await world.issuer.notices(toCard: 1, in: world.edition)
        #expect(
            try await world.issuer.notices(of: "heating-2026", in: world.edition) == told)
        #expect(told.map(\.id) == [notice.id] && told.map(\.state) == [.open])
        let next = Holder(
            key: .secp256k1(World.privateKey("next")), secret: [7],
            clock: { [time = world.time] in time.now })
        let request = try await next.request(world.edition)
        _ = try await world.issuer.transfer(
            world.holders[0].release(world.cards[0], to: request), to: request)
        #expect(try await world.issuer.notices(toCard: 1, in: world.edition).isEmpty)
        // Another process reads the same from the records.
        #expect(
            try await world.another().notices(toCard: 1, in: world.edition).isEmpty)
        await #expect(throws: Refusal.unavailable) {
            try await world.issuer.notices(toCard: 2, in: world.edition)
        }
    }
}
