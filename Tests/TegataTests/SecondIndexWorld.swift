import TegataCrypto
import TegataLog
import TegataNationalID
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

/// A club with a second index, over a journal that can be read.
struct SecondIndexClub {
    let world: PersonWorld
    let journal = InMemoryJournal()
    let issuer: Issuer
    let edition: OpenEdition

    init(publishing directory: LogDirectory? = nil, isTransferable: Bool = false) async throws {
        world = try await PersonWorld()
        issuer = world.issuer(over: journal, publishing: directory)
        edition = try await issuer.open(
            Edition(
                "named", limit: 20, isTransferable: isTransferable, takesBack: isTransferable,
                asksSecondIndex: true))
    }

    func card(_ holder: Holder, _ person: some IdentityCard) async throws -> Card {
        try holder.accept(
            try await issuer.issue(to: try await holder.request(edition, proving: person)),
            from: issuer.profile)
    }

    /// A request by a new wallet.
    func request(_ wallet: String, _ person: some IdentityCard) async throws -> String {
        try await PersonWorld.holder(wallet).request(edition, proving: person)
    }

    func lists() async throws -> PublicLists {
        PublicLists(try await issuer.register.current().book(edition.digest))
    }

    func entries() async -> [[UInt8]] {
        await journal.records(from: 0, atMost: 1000).map(\.entry)
    }

    /// An issuer that has only the journal.
    func restarted() async throws -> Issuer {
        let issuer = world.issuer(over: journal)
        try await issuer.reopen()
        return issuer
    }

    static func expect(
        _ reason: Refusal, _ name: Comment, _ body: () async throws -> Void
    ) async {
        await #expect(throws: IssuingError.refused(reason), name) { try await body() }
    }
}

/// One person's ID card with another's signature certificate, or with what `change` makes of it.
struct PatchedCard: IdentityCard {
    let card: DemoIdentity
    var signature: DemoIdentity?
    var change: @Sendable ([UInt8]) -> [UInt8]? = { $0 }

    var cardClass: CardClass { card.cardClass }

    func personInput() async throws -> [UInt8] { try await card.personInput() }

    func evidence(over challenge: [UInt8]) async throws -> [UInt8] {
        try await card.evidence(over: challenge)
    }

    func secondInput() async throws -> [UInt8]? {
        try await (signature ?? card).secondInput()
    }

    func secondEvidence(over challenge: [UInt8]) async throws -> [UInt8]? {
        try await (signature ?? card).secondEvidence(over: challenge).flatMap(change)
    }
}
