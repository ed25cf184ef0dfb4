internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// What a holder or kiosk sends to each attestor of a session (Spec/binding.md, step 1).
struct AttestRequest {
    let challenge: IDChallenge
    let cardClass: CardClass
    /// π₀, 64 bytes.
    let proof: [UInt8]
    let evidence: [UInt8]
    /// The signature certificate's, in a session with a second index.
    let secondEvidence: [UInt8]?

    var encoded: String {
        var object: JSONObject = [
            "base": .bytes(challenge.blinded.base.encoded),
            "person": .bytes(challenge.blinded.person.encoded),
            "scope": .bytes(challenge.scope.array), "purpose": .string(challenge.purpose),
            "expires": JSON.whole(Int64(clamping: challenge.expires)),
            "class": .string(cardClass.name), "proof": .bytes(proof), "evidence": .bytes(evidence),
        ]
        if let second = challenge.blinded.second, let secondEvidence {
            object.add(
                "second", ["person": .bytes(second.encoded), "evidence": .bytes(secondEvidence)])
        }
        if let cutOff = challenge.cutOff {
            object.add("cut_off", JSON.whole(Int64(clamping: cutOff)))
        }
        object.add(
            "attestors",
            .array(
                challenge.attestors.map {
                    ["key": .bytes($0.key.array), "nonce": .bytes($0.nonce.array)]
                }))
        return JSON.object(object).text
    }

    init(
        challenge: IDChallenge, cardClass: CardClass, proof: [UInt8], evidence: [UInt8],
        secondEvidence: [UInt8]? = nil
    ) {
        self.secondEvidence = secondEvidence
        self.challenge = challenge
        self.cardClass = cardClass
        self.proof = proof
        self.evidence = evidence
    }

    init(parsing text: String) throws(Refusal) {
        let message = try JSON.message(text, limit: 64 * 1024)
        var attestors = [IDChallenge.Attestor]()
        for entry in try message.required("attestors").elements(atMost: 255) {
            attestors.append(
                IDChallenge.Attestor(
                    key: try entry.required("key").fixedBytes(),
                    nonce: try entry.required("nonce").fixedBytes()))
        }
        let second = message["second"]
        let purpose = try message.required("purpose").text(atMost: 32)
        challenge = IDChallenge(
            attestors: attestors,
            blinded: BlindedPerson(
                base: try message.required("base").point(),
                person: try message.required("person").point(),
                second: try second?.required("person").point()),
            scope: try message.required("scope").fixedBytes(), purpose: purpose,
            expires: try message.required("expires").time(),
            cutOff: try message["cut_off"]?.time())
        cardClass = CardClass(try message.required("class").text(atMost: 64))
        proof = try message.required("proof").bytes()
        evidence = try message.required("evidence").bytes()
        secondEvidence = try second?.required("evidence").bytes()
    }
}

/// An attestor's answer: the body it signed, 112 … 153 bytes, and its signature, 68 bytes.
struct Attestation {
    let body: Token.Body
    let signature: Token.AttestorSignature

    var encoded: String {
        JSON.object([
            "body": .bytes(body.encoded), "signature": .bytes(signature.encoded),
        ]).text
    }

    init(body: Token.Body, signature: Token.AttestorSignature) {
        self.body = body
        self.signature = signature
    }

    init(parsing text: String) throws(Refusal) {
        let message = try JSON.message(text, limit: 4096)
        do {
            let token = try Token(
                parsing: try message.required("body").bytes()
                    + message.required("signature").bytes(), threshold: 1)
            body = token.body
            signature = token.signatures[0]
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .malformed
        }
    }
}

extension CardClass {
    /// The number in a token (Spec/binding.md).
    var number: UInt16? {
        Self.numbers[self]
    }

    private static let numbers: [CardClass: UInt16] = [.jpkiRSA: 1, .jpkiP384: 2, .estonian: 3]
}
