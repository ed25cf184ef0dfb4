import Foundation
import Tegata
import TegataNationalID

/// The story of one edition, told in acts: what works, and what is refused and why.
struct Story {
    private let stage: Stage
    private let club: Issuer
    private let kiosk: Kiosk
    /// What anyone can read: the log, the lists, the profile.
    private let files = LogDirectory(
        at: FileManager.default.temporaryDirectory.path + "/tegata-demo-\(UUID().uuidString)")

    init(language: Language) {
        stage = Stage(language: language)
        club = Issuer(
            at: "https://kaga.example", keys: .generate(), publishing: files,
            identity: .embedded(accepting: .testCards))
        kiosk = Kiosk(at: "https://station.example")
    }

    func tell() async throws {
        defer { try? FileManager.default.removeItem(atPath: files.path) }
        let founders = try await open()
        let aiko = Member(name: "Aiko", identity: DemoIdentity())
        let ben = Member(name: "Ben", identity: DemoIdentity())
        let chie = Member(name: "Chie", identity: DemoIdentity(.jpkiP384))
        stage.act("三人が会員証を受け取る", "Three people get their cards")
        let card = try await issue(founders, to: aiko)
        let cards = [
            (aiko, card), (ben, try await issue(founders, to: ben)),
            (chie, try await issue(founders, to: chie)),
        ]
        try await claimTwice(founders, aiko)
        let door = Verifier(
            at: "https://inn.example", trusting: club.profile, kiosks: [kiosk.publicKey],
            store: .inMemory())
        try await show(card, by: aiko, at: door)
        try await lend(card, of: aiko, to: ben, founders, at: door)
        try await withoutPhone(founders, at: door)
        try await vote(founders, card, of: aiko)
        try await Linked(stage: stage).tell()
        try await settle(founders, cards)
        try await Benefits(
            stage: stage, city: club, edition: founders, card: card, wallet: aiko.wallet
        ).tell()
        try await Pocket(
            stage: stage, issuer: club.profile, card: card, holder: aiko.wallet
        ).tell()
        try await audit(card, of: aiko)
        try await Moving(stage: stage).tell()
        try await Abroad(stage: stage).tell()
        stage.act("おわり", "That is the whole story.")
    }

    private struct Member {
        let name: String
        let identity: DemoIdentity
        let wallet = Holder(key: Secp256k1.PrivateKey())
    }

    private func open() async throws -> OpenEdition {
        stage.act("市が限定五百枚の版をひらく", "A city opens an edition of exactly 500")
        let edition = try Edition(
            "founders", limit: 500, title: ["ja": "創設会員", "en": "Founders"],
            benefits: ["library", "onsen"], nationalID: [.jpkiRSA, .jpkiP384],
            committed: [.text("tier"), .number("since", bits: 12)])
        let founders = try await stage.time("版の公開", "the edition is announced") {
            try await club.open(edition)
        }
        if let trust = founders.trust {
            stage.say("信頼の形: \(words(trust))", "trust profile: \(trust)")
        }
        stage.say(
            "試験用の本人確認カードを受け付けています", "test ID cards are accepted: this is no real issuer")
        return founders
    }

    private func issue(_ founders: OpenEdition, to member: Member) async throws -> Card {
        let request = try await stage.time(
            "\(member.name): IDカードで申請", "\(member.name) asks, the ID card signs"
        ) {
            try await member.wallet.request(founders, proving: member.identity)
        }
        let issued = try await stage.time("  市が発行", "  the city issues") {
            try await club.issue(to: request, claims: claims)
        }
        let card = try await stage.time("  財布が確かめて受け取る", "  the wallet checks and accepts") {
            try member.wallet.accept(issued, from: club.profile)
        }
        stage.say("  № \(card.serial) / 500", "  № \(card.serial) of 500")
        return card
    }

    private func words(_ trust: TrustProfile) -> String {
        switch trust {
        case .embedded: "一体型（運営者ひとりが人と版の両方を見る）"
        case .split(let attestors, let nodes): "分散型（証明者 \(attestors)、評価ノード \(nodes)）"
        }
    }

    /// Ten claims, each shown only when its holder wants to.
    private var claims: Claims {
        [
            "tier": .selective("gold"), "name": .selective("Yu"), "ward": .selective("Yamanaka"),
            "since": .selective(2026), "language": .selective("ja"),
            "age_over_18": .selective(true),
            "library": .selective("A-17"), "onsen": .selective(true), "diet": .selective("none"),
            "family": .selective(3),
        ]
    }

    private func claimTwice(_ founders: OpenEdition, _ member: Member) async throws {
        stage.act("ひとり一枚", "One person, one card")
        let otherPhone = Holder(key: Secp256k1.PrivateKey())
        let second = try await otherPhone.request(founders, proving: member.identity)
        try await stage.refused(
            "\(member.name)、別の電話でもう一枚", "\(member.name) claims again with another phone",
            for: .alreadyClaimed
        ) {
            _ = try await club.issue(to: second, claims: claims)
        }
    }

    private func show(_ card: Card, by member: Member, at door: Verifier) async throws {
        stage.act("宿の扉で、十のうち二つだけ見せる", "At a door: two of ten claims are shown")
        let challenge = try await stage.time("宿が問う", "the door asks") {
            try await door.challenge(asking: ["tier", "onsen"])
        }
        let answer = try await stage.time("会員が答える", "the holder answers") {
            try member.wallet.present(card, revealing: ["tier", "onsen"], to: challenge)
        }
        let membership = try await stage.time("宿が確かめる", "the door verifies") {
            try await door.verify(answer)
        }
        stage.say("宿が知ったこと: \(membership)", "the door learned: \(membership)")
        try await stage.refused("同じ答えをもう一度", "the same answer again", for: .replayed) {
            _ = try await door.verify(answer)
        }
        let fresh = try member.wallet.present(
            card, revealing: ["tier", "onsen"],
            to: try await door.challenge(asking: ["tier", "onsen"]))
        let changed = try dropFirstDisclosure(of: fresh)
        try await stage.refused(
            "途中で書き換えた答え", "an answer changed on the way", for: .holderBindingInvalid
        ) {
            _ = try await door.verify(changed)
        }
    }

    private func lend(
        _ card: Card, of owner: Member, to friend: Member, _ founders: OpenEdition,
        at door: Verifier
    ) async throws {
        stage.act("電話を貸しても使えない", "A borrowed phone does not help")
        let challenge = try await door.challenge(asking: ["tier"], personOf: founders)
        let answer = try await stage.time(
            "本人がIDカードも示す", "the owner shows phone and ID card"
        ) {
            try await owner.wallet.present(
                card, revealing: ["tier"], to: challenge, proving: owner.identity, in: founders)
        }
        let membership = try await stage.time("宿が本人と確かめる", "the door verifies person and card") {
            try await door.verify(answer)
        }
        stage.say("本人確認: \(membership.person)", "person: \(membership.person)")
        let again = try await door.challenge(asking: ["tier"], personOf: founders)
        try await stage.refused(
            "友人が借りた電話と自分のIDカードで", "a friend with the borrowed phone and his own ID card",
            for: .nationalIDInvalid
        ) {
            let borrowed = try await owner.wallet.present(
                card, revealing: ["tier"], to: again, proving: friend.identity, in: founders)
            _ = try await door.verify(borrowed)
        }
    }

    private func withoutPhone(_ founders: OpenEdition, at door: Verifier) async throws {
        stage.act("電話のない人も", "A person without a phone")
        let fumi = DemoIdentity()
        let request = try await kiosk.request(founders, proving: fumi)
        _ = try await stage.time("窓口で会員になる", "becomes a member at the counter") {
            try await club.issue(to: request)
        }
        let lists = try await stage.time("公開の名簿（名はない）", "the public lists (no names in them)") {
            try await club.publicLists(of: founders)
        }
        let challenge = try await door.challenge(asking: [], personOf: founders)
        let statement = try await stage.time("IDカードだけで示す", "shows the ID card alone") {
            try await kiosk.check(
                challenge, founders, lists: lists, from: club.profile, proving: fumi)
        }
        let check = try await stage.time("宿が確かめる", "the door verifies") {
            try await door.verify(kiosk: statement)
        }
        stage.say("本人確認: \(check.person)", "person: \(check.person)")
        let stranger = try await kiosk.check(
            try await door.challenge(asking: [], personOf: founders), founders, lists: lists,
            from: club.profile, proving: DemoIdentity())
        try await stage.refused(
            "知らない人のIDカード", "a stranger's ID card", for: .unauthorized
        ) {
            _ = try await door.verify(kiosk: stranger)
        }
    }

    /// One member acts once, and nobody learns which.
    private func vote(_ founders: OpenEdition, _ card: Card, of member: Member) async throws {
        stage.act("四人のうちのひとり、とだけ示す", "One of four, without saying which")
        let snapshot = try MemberSnapshot(
            parsing: try await club.publicLists(of: founders), from: club.profile)
        let hall = AnonymousVerifier(
            at: "https://hall.example", key: .secp256k1(Secp256k1.PrivateKey()),
            store: .inMemory(), nullifiers: .inMemory())
        let action = try AnonymousAction(
            snapshot, number: 1, opens: snapshot.time, closes: snapshot.time + 3_600,
            requiring: [.atMost("since", 2026), .oneOf("tier", ["gold", "silver"])],
            purpose: ["ja": "投票", "en": "A vote"])
        func answer() async throws -> String {
            try member.wallet.answer(
                try await hall.challenge(for: action), with: card, from: hall.profile,
                among: snapshot, ofAtLeast: 4)
        }
        let first = try await stage.time(
            "会員証のひとつで答える", "the member answers with one of the cards"
        ) { try await answer() }
        let found = try await stage.time("役場が確かめる", "the town hall verifies") {
            try await hall.verify(first, for: action)
        }
        let shown = found.predicates.map { "\($0)" }.joined(separator: ", ")
        stage.say(
            "役場が知ったこと: \(found.anonymity)人のうちのひとり、\(shown)",
            "the town hall learned: one of \(found.anonymity), \(shown)")
        let second = try await answer()
        try await stage.refused("もう一度投票する", "a second vote with the same card", for: .replayed) {
            _ = try await hall.verify(second, for: action)
        }
    }

    /// Everyone can check that a person is behind each card, and nobody sees which.
    private func settle(_ founders: OpenEdition, _ cards: [(Member, Card)]) async throws {
        stage.act("どの会員証の裏にも人がいる", "A person behind every card")
        let list = try await stage.time(
            "四件の本人確認を、まとめて記録に固定", "four identity checks are frozen in the log, together"
        ) {
            let number = try await club.freezeSessions(of: founders, atLeast: 4)
            return try await club.sessions(of: founders, list: number)
        }
        for (member, card) in cards {
            let proof = try await stage.time(
                "\(member.name): そのひとつに由来する、と証明",
                "\(member.name) proves to come from one of them"
            ) { try member.wallet.settle(card, in: list, from: club.profile, ofAtLeast: 4) }
            try await club.settle(proof)
        }
    }

    /// A stranger, with nothing but the public files.
    private func audit(_ card: Card, of owner: Member) async throws {
        stage.act("知らない人が数えなおす", "A stranger counts again")
        try await club.publishLists()
        let report = try await stage.time("公開ファイルだけで監査", "the audit, from public files alone") {
            try await Auditor(of: club.profile, in: files).audit()
        }
        for edition in report.editions { stage.say(edition.japanese, edition.description) }
        var policy = VerifierPolicy.strict
        policy.requiresLogProof = true
        let taxi = Verifier(
            at: "https://taxi.example", trusting: club.profile, policy: policy,
            store: .inMemory())
        let challenge = try await taxi.challenge(asking: [])
        _ = try await stage.time(
            "会員証は公開の記録にある（通信なしで確認）", "the card is in that log, checked without a network"
        ) {
            try await taxi.verify(
                try owner.wallet.present(card, revealing: [], to: challenge))
        }
        // One bit of one entry, as an insider would have to change the past.
        let name = Tile(content: .entries, index: 0, width: Int(report.checkpoint.size)).path
        if var bytes = try files.read(name) {
            bytes[bytes.count - 1] ^= 1
            try files.write(bytes, to: name)
        }
        do {
            _ = try await Auditor(of: club.profile, in: files).audit()
        } catch let finding as AuditFinding {
            stage.say("一ビット変えると: \(finding)", "with one bit changed: \(finding)")
        }
    }

    /// What a forger could do on the way: take one disclosure out.
    private func dropFirstDisclosure(of answer: String) throws -> String {
        var parts = answer.split(separator: "~", omittingEmptySubsequences: false)
        guard parts.count > 2 else { throw StoryError.unexpected("the answer has disclosures") }
        parts.remove(at: 1)
        return parts.joined(separator: "~")
    }
}
