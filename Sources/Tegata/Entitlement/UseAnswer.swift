public import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// What a wallet answers to a shop that asks for an anonymous use: a message, nothing of it checked (Spec/entitlement.md).
struct UseAnswer {
    let nonce: String
    let number: Int
    let part: Int
    let proof: [UInt8]
    /// What the answer is known by.
    let digest: FixedBytes<32>
    let text: String

    /// - Throws: `malformed`, `limitExceeded`.
    init(parsing text: String) throws(Refusal) {
        let message = try JSON.message(text, limit: 64 * 1024)
        nonce = try message.required("nonce").text(atMost: 512)
        number = Int(clamping: try message.required("number").time())
        part = Int(clamping: try message.required("part").time())
        proof = try message.required("proof").bytes()
        digest = LoggedDocument.digest(of: text)
        self.text = text
    }

    init(nonce: String, number: Int, part: Int, proof: [UInt8]) {
        let text = JSON.object([
            "nonce": .string(nonce), "number": .whole(Int64(number)),
            "part": .whole(Int64(part)), "proof": .bytes(proof),
        ]).text
        (self.nonce, self.number, self.part, self.proof) = (nonce, number, part, proof)
        digest = LoggedDocument.digest(of: text)
        self.text = text
    }

    /// The use, once the proof is seen to hold for question, terms and lists.
    ///
    /// - Throws: what `UseQuestion.statement` throws; `malformed`, `holderBindingInvalid`.
    func proven(
        _ question: UseQuestion, _ terms: EntitlementTerms, among snapshot: MemberSnapshot
    ) throws(Refusal) -> AnonymousUse {
        guard nonce.hasSameBytes(as: question.nonce) else { throw .holderBindingInvalid }
        let nullifier = try question.statement(terms, number: number, among: snapshot, part: part)
            .nullifier(of: proof)
        return AnonymousUse(
            shop: question.shop, window: question.window, number: number, nullifier: nullifier,
            anonymity: snapshot.cards.sets[part].points.count, digest: digest)
    }
}

/// What a shop learns of an anonymous use. Only a shop and an issuer make one, each after checking the proof.
public struct AnonymousUse: Sendable {
    /// Where it is used.
    public let shop: String
    /// Which window, from 0.
    public let window: Int
    /// Which of the card's uses; drawn at random, so it counts nothing.
    public let number: Int
    /// The name of this one use.
    public let nullifier: Pseudonym
    /// Among how many cards the holder's is one.
    public let anonymity: Int
    /// What the answer is known by.
    public let digest: FixedBytes<32>
}

extension AnonymousUse {
    /// The use that an answer to a question shows, whenever it was made: for vectors. Whether it was counted is for the issuer to say.
    ///
    /// - Throws: what is wrong with question, answer or proof.
    package init(
        _ answer: String, to question: String, under terms: EntitlementTerms,
        among snapshot: MemberSnapshot
    ) throws(Refusal) {
        let question = try UseQuestion(answered: question, about: terms)
        self = try UseAnswer(parsing: answer).proven(question, terms, among: snapshot)
    }
}
