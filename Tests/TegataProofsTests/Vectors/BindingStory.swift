import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import TegataProofs

/// One person's way from an ID card to a presentation (n = 3, t = 2, t_A = 2), from which the vectors are cut.
struct BindingStory {
    var world: World
    /// The issuer's question, and the door's.
    let asked: ProofContext
    let door: ProofContext
    let blinding: Blinding
    let challenge: IDChallenge
    let attestProof: [UInt8]
    let session: Session
    let verified: VerifiedSession
    let request: IssuanceRequest
    let pending: PendingCard
    let accepted: VerifiedIssuanceRequest
    let attributes = [attribute("tier", "gold"), attribute("year", "2026")]
    let delta: [UInt8]
    let opening: CardOpening
    let row: Row
    let scope: PseudonymScope
    let presentation: [UInt8]
    /// The same person again, for the door.
    let again: (blinding: Blinding, session: Session, verified: VerifiedSession)
    let answer: [UInt8]

    init() throws {
        var world = try World()
        asked = world.question("issuer's nonce")
        let attested = try world.attestation(alice, asked)
        (blinding, challenge) = (attested.blinding, attested.challenge)
        attestProof = attested.proof
        session = try world.evaluate(attested.token, asked)
        verified = try world.verify(session, asked)
        (request, pending) = try IssuanceRequest.make(
            session, verified: verified, blinding: blinding, question: asked,
            using: &world.random)
        accepted = try world.accept(request.encoded, asked)
        let commitment: Point
        (commitment, delta) = try accepted.wallet.commit(to: attributes, using: &world.random)
        opening = try pending.complete(
            commitment: commitment, attributes: attributes, blinding: delta)
        row = Row(
            position: 7, index: accepted.index, commitment: commitment, epoch: 0,
            status: .active, signedBy: world.issuer, using: &world.random)
        var door = world.question("door's nonce", purpose: "check")
        door.audience = Array("https://door.example".utf8)
        door.subject = row.hash.array
        self.door = door
        scope = PseudonymScope(verifier: door.audience, edition: world.edition, epoch: 1)
        presentation = try PseudonymousPresentation.make(
            opening, revealing: [0], scope: scope, question: door, using: &world.random)
        again = try world.session(alice, door, nodes: [1, 3])
        answer = try IdentityAnswer.make(
            again.session, verified: again.verified, blinding: again.blinding, question: door,
            using: &world.random)
        self.world = world
    }

    /// What every case about this edition is given.
    var given: JSONObject {
        [
            "edition": .hex(world.edition.array), "keys": .hex(world.keys.encoded),
            "attestors": .array(world.attestorKeys.map { .hex($0.publicKey.xOnly.array) }),
            "attestor_threshold": 2, "time": 1_800_000_000,
        ]
    }
}

extension ProofContext {
    /// The fields as the vectors write them.
    var json: JSON {
        func text(_ bytes: [UInt8]) -> JSON { .string(String(decoding: bytes, as: UTF8.self)) }
        return [
            "edition": .hex(edition), "audience": text(audience), "nonce": text(nonce),
            "purpose": text(purpose), "expires": .number(JSONNumber(Int64(expires))),
            "subject": .hex(subject),
        ]
    }
}
