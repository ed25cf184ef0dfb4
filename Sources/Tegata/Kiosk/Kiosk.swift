public import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// A terminal for people who have only their ID card: it plays the wallet's part in a session, and keeps nothing.
///
/// It reads the certificate, as every terminal must, and learns this edition's index of the person, which is of no use
/// anywhere else. It looks the index up in its own copy of the public list and asks nobody about it (protocol.md 4.5).
public struct Kiosk: Sendable {
    /// Where the kiosk stands, in the operator's words.
    public let id: String
    private let key: Secp256k1.PrivateKey
    private let clock: @Sendable () -> Int64

    /// A kiosk that signs its results with `key`.
    public init(at id: String, key: Secp256k1.PrivateKey = Secp256k1.PrivateKey()) {
        self.init(at: id, key: key, clock: { SystemClock.now })
    }

    package init(
        at id: String, key: Secp256k1.PrivateKey, clock: @escaping @Sendable () -> Int64
    ) {
        self.id = id
        self.key = key
        self.clock = clock
    }

    /// What verifiers trust this kiosk by.
    public var publicKey: Secp256k1.PublicKey { key.publicKey }

    /// The kiosk as nodes know it, by a certificate that `Issuer.certify` gave for its key: for `OpenEdition.asked(by:)`.
    ///
    /// - Throws: `malformed`, also for another key's certificate.
    public func requester(certificate: [UInt8]) throws(Refusal) -> Requester {
        try Requester(certificate: certificate, key: key)
    }

    /// Asks for membership without a wallet: the person is entered, and can prove it with the ID card alone.
    ///
    /// With `holder`, the key of a wallet that others made, the person gets a card bound to that key: whoever runs the kiosk has seen
    /// the wallet prove it, and the ID card's signature covers it.
    ///
    /// - Throws: `Refusal`, or what the ID card throws.
    public func request(
        _ edition: OpenEdition, proving card: some IdentityCard, for holder: VerifyingKey? = nil
    ) async throws -> String {
        guard let nonce = try await edition.nonce?() else { throw Refusal.unsupported }
        let now = clock()
        let signer = SigningKey.secp256k1(key)
        let expires = UInt64(clamping: now + CardRequest.lifetime)
        let question = CardRequest.question(
            edition: edition.digest, audience: edition.issuer, nonce: nonce, expires: expires,
            key: holder ?? signer.verifyingKey)
        let answer = try await answer(edition, question, card, now: now)
        return try CardRequest(
            audience: edition.issuer, edition: edition.edition.id, nonce: nonce, expires: expires,
            wallet: nil, binding: answer.bytes, key: signer.verifyingKey, holder: holder
        ).signed(by: signer)
    }

    /// Asks for a visitor's card for `holder`, the key of a wallet that others made and that was seen to prove it: nobody shows an ID
    /// card.
    ///
    /// - Throws: `unsupported` for an edition that takes ID cards, and what fetching a nonce throws.
    public func request(
        _ edition: OpenEdition, for holder: VerifyingKey
    ) async throws(Refusal) -> String {
        guard edition.identity == nil, let nonce = try await edition.nonce?() else {
            throw .unsupported
        }
        return try CardRequest(
            audience: edition.issuer, edition: edition.edition.id, nonce: nonce,
            expires: UInt64(clamping: clock() + CardRequest.lifetime), wallet: nil, binding: [],
            key: .secp256k1(key.publicKey), holder: holder
        ).signed(by: .secp256k1(key))
    }

    /// Answers a verifier's question for a person with an ID card: member of the edition or not, and nothing more.
    ///
    /// `lists` are the edition's public lists as `Issuer.publicLists` signed them; the whole list is downloaded, so
    /// that nobody learns who was looked up.
    ///
    /// - Throws: `Refusal`, or what the ID card throws.
    public func check(
        _ challenge: String, _ edition: OpenEdition, lists: String, from profile: IssuerProfile,
        proving card: some IdentityCard
    ) async throws -> String {
        let question = try Question(parsing: challenge)
        guard question.asksPerson, let wanted = question.edition,
            wanted.names(edition.edition.id, of: edition.issuer)
        else { throw Refusal.typeMismatch }
        let now = clock()
        let members = try members(of: edition, lists, profile)
        let context = question.context(
            edition: edition.digest, subject: key.publicKey.xOnly)
        let index = try await answer(edition, context, card, now: now).index
        let signed = try binding { () throws(ProofError) in
            var random = SystemRandomness()
            return try KioskResult(
                index, in: members, nonce: SHA256.hash(Array(question.nonce.utf8)),
                time: UInt64(clamping: now)
            ).signed(by: key, using: &random)
        }
        return JSON.object([
            "nonce": .string(question.nonce), "kiosk": .bytes(key.publicKey.xOnly.array),
            "result": .bytes(signed),
        ]).text
    }

    private func answer(
        _ edition: OpenEdition, _ question: ProofContext, _ card: some IdentityCard, now: Int64
    ) async throws -> (bytes: [UInt8], index: PersonIndex) {
        var random = SystemRandomness()
        let run = try await PersonSession.run(
            edition, proving: card, question: question, now: now, using: &random)
        return try binding { () throws(ProofError) in
            let bytes = try IdentityAnswer.make(
                run.session, verified: run.verified, blinding: run.blinding, question: question,
                using: &random)
            return (bytes, try run.verified.index(unblindedBy: run.blinding))
        }
    }

    private func members(
        of edition: OpenEdition, _ lists: String, _ profile: IssuerProfile
    ) throws(Refusal) -> MemberList {
        let lists = try SignedLists(parsing: lists, from: profile)
        guard lists.edition.hasSameBytes(as: edition.edition.id),
            profile.issuer.hasSameBytes(as: edition.issuer)
        else { throw .typeMismatch }
        return try binding { () throws(ProofError) in
            try MemberList(edition: edition.digest, parsing: lists.persons.flatMap { $0 })
        }
    }
}
