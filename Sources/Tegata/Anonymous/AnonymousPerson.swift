internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

// "The person in front of me holds one of the 500": the ID card answers, no phone can be lent for it, and neither the card
// nor the person's index is learned (Spec/anonymous.md).
extension AnonymousVerifier {
    /// A fresh question to the person, signed, for `Holder.answer(_:proving:in:from:among:ofAtLeast:)`.
    ///
    /// - Throws: `unsupported` for an edition that asks nobody for an ID card, `unavailable`.
    public func challenge(forPersonIn snapshot: MemberSnapshot) async throws(Refusal) -> String {
        guard snapshot.announced.identity != nil else { throw .unsupported }
        return try await ask { nonce, now, expires throws(Refusal) in
            try PersonQuestion.sign(
                snapshot, by: id, nonce: nonce, at: now, expires: expires, key)
        }
    }

    /// Checks the answer of a person. The question is used up, and only by success.
    ///
    /// - Throws: `nationalIDInvalid` when the person is no member or the proof is for another question,
    ///   `holderBindingInvalid` for a question that is none of ours, `replayed`, `expired`, `malformed`.
    public func verify(
        person answer: String, among snapshot: MemberSnapshot
    ) async throws(Refusal) -> AnonymousPerson {
        let now = clock()
        let message = try JSON.message(answer, limit: 64 * 1024)
        let nonce = try message.required("nonce").text(atMost: 512)
        guard let part = try message.required("part").integer else { throw .malformed }
        let proof = try message.required("proof").bytes()
        guard let text = try await store.content(of: nonce, now: now) else {
            throw .holderBindingInvalid
        }
        let question = try PersonQuestion(parsing: text, from: profile, about: snapshot)
        guard now < question.expires else { throw .expired }
        guard let attestors = snapshot.announced.identity?.attestors else { throw .unsupported }
        let person = try snapshot.person(
            proof, part: Int(clamping: part), question.context, by: attestors, at: now
        ).person
        try await store.consume(nonce, now: now)
        return person
    }
}

/// A person who has shown, with the ID card, to hold one of an edition's cards. Only a verifier makes one.
public struct AnonymousPerson: Sendable {
    /// Whose edition it is.
    public let issuer: String
    /// The edition's id.
    public let edition: String
    /// Among how many members the person is one.
    public let anonymity: Int
    /// How the person was proven.
    public let person: PersonCheck
}

extension Holder {
    /// Answers a question to the person with the ID card: one of the snapshot's members, without saying which.
    ///
    /// - Parameters:
    ///   - question: what the verifier asks.
    ///   - identity: the ID card.
    ///   - edition: the edition, with a way to reach its attestors and nodes.
    ///   - verifier: whom the member believes to be asked by.
    ///   - snapshot: the lists that the issuer signed, taken by the wallet itself.
    ///   - crowd: among how many members the person wants to be at least.
    /// - Returns: the answer, for `AnonymousVerifier.verify(person:among:)`.
    /// - Throws: `issuerUntrusted`, `signatureInvalid`, `typeMismatch`, also when the person is no member, `limitExceeded`
    ///   for a smaller crowd, `expired`; or what the ID card throws.
    public func answer(
        _ question: String, proving identity: some IdentityCard, in edition: OpenEdition,
        from verifier: VerifierProfile, among snapshot: MemberSnapshot, ofAtLeast crowd: Int = 20
    ) async throws -> String {
        let question = try PersonQuestion(parsing: question, from: verifier, about: snapshot)
        let now = clock()
        guard now < question.expires else { throw Refusal.expired }
        guard edition.digest == snapshot.announced.digest else { throw Refusal.typeMismatch }
        guard snapshot.anonymity >= crowd else { throw Refusal.limitExceeded }
        var random = SystemRandomness()
        let run = try await PersonSession.run(
            edition, proving: identity, question: question.context, now: now, using: &random)
        let (part, proof) = try snapshot.answer(run, question.context, using: &random)
        return JSON.object([
            "nonce": .string(question.nonce), "part": .whole(Int64(part)), "proof": .bytes(proof),
        ]).text
    }
}

/// A question to an anonymous person: type `tegata-person-question+jwt`.
struct PersonQuestion {
    static let type = "tegata-person-question+jwt"

    let nonce: String
    let expires: Int64
    let context: ProofContext

    static func sign(
        _ snapshot: MemberSnapshot, by verifier: String, nonce: String, at now: Int64,
        expires: Int64, _ key: SigningKey
    ) throws(Refusal) -> String {
        try SignedText.sign(
            [
                "iss": .string(verifier), "iat": .whole(now), "exp": .whole(expires),
                "nonce": .string(nonce), "issuer": .string(snapshot.issuer),
                "edition": .string(snapshot.edition), "snapshot": .bytes(snapshot.root.array),
            ], type: type, by: key)
    }

    /// - Throws: as `SignedQuestion`.
    init(
        parsing text: String, from profile: VerifierProfile, about snapshot: MemberSnapshot
    ) throws(Refusal) {
        let payload = try SignedText.verify(text, type: Self.type, by: profile.ring)
        let verifier = try payload.required("iss").text(atMost: 2048)
        guard verifier.hasSameBytes(as: profile.verifier) else { throw .issuerUntrusted }
        try snapshot.check(payload)
        nonce = try payload.required("nonce").text(atMost: 512)
        let time = try payload.required("exp").time()
        expires = Int64(clamping: time)
        context = ProofContext(
            edition: snapshot.announced.digest.array, audience: Array(verifier.utf8),
            nonce: Array(nonce.utf8), purpose: Array("person".utf8), expires: time,
            subject: SHA256.hash(Array(text.utf8)).array)
    }
}

extension MemberSnapshot {
    /// That the person of a session is one of these members.
    ///
    /// - Throws: `typeMismatch` when the person is none.
    func answer(
        _ run: PersonSession, _ question: ProofContext, using random: inout SystemRandomness
    ) throws(Refusal) -> (part: Int, proof: [UInt8]) {
        do throws(ProofError) {
            let index = try run.verified.index(unblindedBy: run.blinding).point
            let part = persons.part(of: index)
            let proof = try AnonymousIdentity.make(
                run.session, verified: run.verified, blinding: run.blinding,
                among: persons.sets[part], question: question, using: &random)
            return (part, proof)
        } catch {
            throw error == .mismatch ? .typeMismatch : Refusal(error)
        }
    }

    /// A person who is one of these members, and what these attestors said of the ID card.
    ///
    /// - Throws: `malformed`, `unsupported`, `nationalIDInvalid`.
    func person(
        _ proof: [UInt8], part: Int, _ question: ProofContext, by attestors: AttestorSet,
        at now: Int64
    ) throws(Refusal) -> (person: AnonymousPerson, token: VerifiedToken) {
        guard persons.sets.indices.contains(part) else { throw .malformed }
        guard let parameters = announced.identity else { throw .unsupported }
        let set = persons.sets[part]
        let token = try parameters.rounds.check(at: now) { keys throws(ProofError) in
            try AnonymousIdentity.verify(
                proof, attestors: attestors, keys: keys, edition: announced.digest, among: set,
                question: question, at: UInt64(clamping: now))
        }
        let person = AnonymousPerson(
            issuer: issuer, edition: edition, anonymity: set.points.count,
            person: try announced.personCheck(token.body))
        return (person, token)
    }
}
