internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A session with what opens its scope: the public evidence that attestors saw a person for this edition.
struct AttestedSession {
    /// Scope salt 32 ‖ session.
    let encoded: [UInt8]

    /// How many bytes one of this edition may have: its nodes' thresholds may have changed.
    static func sizes(_ parameters: IdentityParameters, in edition: OpenEdition) -> [Int] {
        parameters.rounds.all.map { keys in
            32
                + Session.size(
                    attestors: parameters.attestors, keys: keys,
                    namingCutOff: edition.edition.cutOff != nil,
                    hasSecond: edition.edition.asksSecondIndex)
        }
    }

    init(_ session: Session, answering question: ProofContext, in edition: EditionDigest) {
        encoded = Scope(edition: edition, answering: question).salt.array + session.encoded
    }

    init(encoded: [UInt8]) { self.encoded = encoded }

    /// Whom attestors signed for and nodes evaluated, for this edition. Whether the token had expired when it was used was
    /// the issuer's to see.
    ///
    /// - Throws: `malformed`, `nationalIDInvalid`, `unsupported` for an edition that asks for no person.
    func verify(in edition: OpenEdition) throws(Refusal) -> VerifiedSession {
        guard let parameters = edition.identity else { throw .unsupported }
        let digest = edition.digest
        let (salt, token, written) = try binding {
            () throws(ProofError) -> (FixedBytes<32>, Token, [UInt8]) in
            var reader = Reader(encoded)
            let salt: FixedBytes<32> = try reader.fixed()
            let written = try reader.take(reader.remaining)
            let size = Token.size(
                threshold: parameters.attestors.threshold,
                namingCutOff: edition.edition.cutOff != nil,
                hasSecond: edition.edition.asksSecondIndex)
            guard written.count > size else { throw .malformed }
            let token = try Token(
                parsing: Array(written[..<size]), threshold: parameters.attestors.threshold)
            return (salt, token, written)
        }
        let expires = token.body.expires
        let end = Int64(clamping: expires)
        let verified = try parameters.rounds.check(
            from: end - Attestor.sessionLifetime - Attestor.skew, until: end
        ) { keys throws(ProofError) in
            try Session(parsing: written, attestors: parameters.attestors, keys: keys)
                .verify(
                    attestors: parameters.attestors, keys: keys,
                    scope: Scope(edition: digest, salt: salt), at: expires == 0 ? 0 : expires - 1)
        }
        try edition.check(verified.token.body, forCard: true)
        return verified
    }

    /// TH("deposit", …): what stands in the log for a session that waits.
    var name: FixedBytes<32> { taggedHash("TEGATA-V01/deposit", encoded) }
}

/// What sealed sessions are opened with. Whoever has it, the journal and an attestor's records knows whose card is whose.
struct SessionSeal: Sendable {
    private let key: SecretBytes

    init(_ register: Secp256k1.PrivateKey) {
        key = SecretBytes(
            copying: HMAC.authenticationCode(
                for: Array("TEGATA-V01/sessions".utf8), key: register.exposedRawRepresentation
            ).span)
    }

    func seal(_ session: AttestedSession, in edition: EditionDigest) -> [UInt8] {
        SealedBox.seal(session.encoded, under: key, authenticating: edition.array)
    }

    /// - Throws: `unavailable` for what this key did not seal for this edition.
    func open(_ sealed: [UInt8], in edition: EditionDigest) throws(Refusal) -> AttestedSession {
        guard
            let text = try? SealedBox.open(sealed, under: key, authenticating: edition.array)
        else { throw .unavailable }
        return AttestedSession(encoded: text)
    }
}
