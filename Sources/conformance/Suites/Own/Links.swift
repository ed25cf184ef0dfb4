import Tegata
import TegataCrypto
import TegataSDJWT

/// Answers that two cards are one person's.
let linkFunctions: [String: OwnFunction] = [
    "link": { input, _ in
        let now = Int64(try input["time"].int)
        let question = try input.question.string
        let issuer = try IssuerProfile(parsing: try input.profile.string)
        let asker = try VerifierProfile(parsing: try input.asker.string)
        let lists = try input.lists.list.map {
            try MemberSnapshot(parsing: try $0.string, from: issuer)
        }
        let link = try Link(
            .hidden(lists[0]), .hidden(lists[1]),
            purpose: try LinkRequest(parsing: question, from: asker).purpose)
        let store = InMemoryStateStore()
        let payload = try JSON(
            parsing: Base64URL.decode(String(question.split(separator: ".")[1])))
        guard let nonce = payload["nonce"]?.string else { throw VectorError(what: "no nonce") }
        try await ChallengeStore(store, of: .link).remember(
            nonce, content: question, until: now + 300, now: now)
        let verifier = LinkVerifier(
            Verifier(
                at: try input.verifier.string, trusting: [issuer], store: store, clock: { now }),
            asking: asker)
        let linked = try await verifier.verify(try input.answer.string, for: link)
        return ["first": try crowd(linked.first), "second": try crowd(linked.second)]
    }
]

private func crowd(_ card: LinkedCards.Card) throws -> Vector {
    guard case .hidden(let person) = card else { throw VectorError(what: "no crowd") }
    return .whole(person.anonymity)
}
