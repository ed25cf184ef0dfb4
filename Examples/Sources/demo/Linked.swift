import Tegata
import TegataNationalID

/// A pupil's card and an insurance card are one child's: for one clinic, one purpose, on the child's wish.
struct Linked {
    let stage: Stage

    private let school = Issuer(
        at: "https://school.example", keys: .generate(), identity: .embedded(accepting: .testCards))
    private let health = Issuer(
        at: "https://health.example", keys: .generate(), identity: .embedded(accepting: .testCards))

    private struct Child {
        let identity = DemoIdentity(.jpkiP384)
        let wallet = Holder(key: Secp256k1.PrivateKey())
    }

    func tell() async throws {
        stage.act("生徒証と保険証は、ひとりの子のもの", "A pupil's card and an insurance card are one child's")
        let pupils = try await school.open(Edition("pupils", limit: 30, nationalID: [.jpkiP384]))
        let insured = try await health.open(Edition("insured", limit: 30, nationalID: [.jpkiP384]))
        let children = (0..<4).map { _ in Child() }
        var cards = [Card]()
        for child in children {
            cards.append(try await card(pupils, of: school, ["class": .selective("3-B")], child))
            _ = try await card(insured, of: health, ["number": .selective("99-1234")], child)
        }
        let members = try MemberSnapshot(
            parsing: try await health.publicLists(of: insured), from: health.profile)
        let clinic = LinkVerifier(
            Verifier(
                at: "https://clinic.example", trusting: [school.profile, health.profile],
                store: .inMemory()), key: .secp256k1(Secp256k1.PrivateKey()))
        let link = try Link(
            .shown(pupils, asking: ["class"]), .hidden(members),
            purpose: ["ja": "学校健診", "en": "School health check"])
        let question = try await stage.time("医院が、目的を添えて問う", "the clinic asks, and says why") {
            try await clinic.challenge(for: link)
        }
        let request = try LinkRequest(parsing: question, from: clinic.profile)
        stage.say(
            "財布が見せる: \(request.verifier)、\(request.purpose["ja"] ?? "")",
            "the wallet shows: \(request.verifier), \(request.purpose["en"] ?? "")")
        /// The answer with the first child's cards, and with the ID card of `child`.
        func answer(_ child: Child, agreed: Bool = true) async throws -> String {
            try await children[0].wallet.answer(
                request, linking: .shown(cards[0], revealing: ["class"], in: pupils),
                with: .hidden(in: insured, among: members, ofAtLeast: 4), proving: child.identity,
                agreed: agreed)
        }
        try await stage.refused("同意なしには", "without a yes", for: .unauthorized) {
            _ = try await answer(children[0], agreed: false)
        }
        try await stage.refused(
            "ほかの子のIDカードで", "with another child's ID card", for: .nationalIDInvalid
        ) {
            _ = try await clinic.verify(try await answer(children[1]), for: link)
        }
        let given = try await stage.time(
            "同意し、IDカードが二度署名する", "the child agrees, the ID card signs twice"
        ) { try await answer(children[0]) }
        let linked = try await stage.time("医院が確かめる", "the clinic verifies") {
            try await clinic.verify(given, for: link)
        }
        try tell(linked)
        try await stage.refused("同じ答えをもう一度", "the same answer again", for: .replayed) {
            _ = try await clinic.verify(given, for: link)
        }
    }

    private func tell(_ linked: LinkedCards) throws {
        guard case .shown(let pupil) = linked.first, case .hidden(let person) = linked.second else {
            throw StoryError.unexpected("one card is shown, the other stays hidden")
        }
        let grade = pupil.claims["class"].map { "\($0)" } ?? "–"
        stage.say(
            "医院が知ったこと: \(pupil.edition.id) № \(pupil.serial)（\(grade)）は、保険証を持つ \(person.anonymity) 人のひとり",
            "the clinic learned: \(pupil.edition.id) № \(pupil.serial), class \(grade), is one of the \(person.anonymity) insured"
        )
    }

    private func card(
        _ edition: OpenEdition, of issuer: Issuer, _ claims: Claims, _ child: Child
    ) async throws -> Card {
        let request = try await child.wallet.request(edition, proving: child.identity)
        return try child.wallet.accept(
            try await issuer.issue(to: request, claims: claims), from: issuer.profile)
    }
}
