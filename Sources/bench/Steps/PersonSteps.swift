import Tegata
import TegataCrypto
import TegataNationalID
import TegataSDJWT

/// What binds a card to a person: the ID card's evidence, attestation, evaluation, request, ID-bound check.
enum PersonSteps {
    static func all() async throws -> [Step] {
        let city = try await City(.jpkiRSA)
        let next = try await City(.jpkiP384)
        return try await [
            evidence(city, Floor([.verifyRSA: 3]), "RSA card"),
            evidence(next, Floor([.verifyP384: 2]), "P-384 card"),
            // π₀ is two equations of two terms.
            attest(city, Floor([.verifyRSA: 3, .times: 4, .schnorrSign: 1]), "RSA card"),
            attest(next, Floor([.verifyP384: 2, .times: 4, .schnorrSign: 1]), "P-384 card"),
            evaluate(city), request(city), issue(city), identify(city),
        ]
    }

    /// Path, profile and signatures, without asking anybody about revocation.
    private static func evidence(
        _ city: City, _ floor: Floor, _ name: String
    ) async throws -> Step {
        let authority =
            city.identity.cardClass == .jpkiRSA
            ? DemoIdentity.authority : DemoIdentity.nextAuthority
        let verifier = JPKI(anchors: .test(authority), revocation: .acceptNotChecked)
        let challenge = [UInt8](repeating: 5, count: 32)
        let evidence = try await city.identity.evidence(over: challenge)
        let now = SystemClock.now
        return .repeating(
            "national-ID evidence, \(name)", floor, bytes: evidence.count
        ) {
            _ = try await verifier.verify(evidence, over: challenge, at: now)
        }
    }

    private static func attest(
        _ city: City, _ floor: Floor, _ name: String
    ) async throws -> Step {
        let request = { await city.toAttestor.cut { _ = try await city.request() } }
        return .consuming(
            "attest, \(name)", floor, bytes: await request().utf8.count, from: request
        ) {
            _ = try await city.attestor.attest($0)
        }
    }

    /// One signature checked; β = kα, and two nonces for its proof.
    private static func evaluate(_ city: City) async throws -> Step {
        _ = try await city.request()
        let request = city.toNode.last
        return .repeating(
            "evaluate",
            Floor([.schnorrVerify: 1, .secretTimes: 2, .secretTimesGenerator: 1]),
            bytes: request.utf8.count
        ) {
            _ = try await city.node.evaluate(request)
        }
    }

    /// The holder's part alone. R, α and π₀'s two nonces; the session checked (one signature, one proof of four terms);
    /// L = ρ⁻¹β; D_h of two terms and π₁'s four nonces; the request signed.
    private static func request(_ city: City) async throws -> Step {
        .repeating(
            "request a card, the holder's part",
            Floor([
                .secretTimesGenerator: 3, .secretTimes: 8, .schnorrVerify: 1, .times: 4, .sign: 1,
            ]), bytes: try await city.request().utf8.count, excluded: city.others
        ) {
            _ = try await city.request()
        }
    }

    /// The issuer's part: the holder's and an attestor's signature, the node's proof (four terms) and π₁ (seven), the
    /// blinding of D, and its signatures on row and card.
    private static func issue(_ city: City) async throws -> Step {
        .consuming(
            "check a request and issue",
            Floor([
                .verify: 1, .schnorrVerify: 1, .times: 11, .secretTimes: 1, .schnorrSign: 1,
                .sign: 1,
            ]),
            bytes: try await city.issuer.issue(to: city.request(), claims: City.claims).utf8.count,
            from: city.request
        ) {
            _ = try await city.issuer.issue(to: $0, claims: City.claims)
        }
    }

    /// Card and person at a door: two signatures for the card, one each for row and session, two proofs of four terms.
    private static func identify(_ city: City) async throws -> Step {
        let card = try await city.card()
        let door = city.door()
        let answer = {
            try await city.holder.present(
                card, revealing: City.asked,
                to: try await door.challenge(asking: City.asked, personOf: city.edition),
                proving: city.identity, in: city.edition)
        }
        return .consuming(
            "verify card and person at a door", Floor([.verify: 2, .schnorrVerify: 2, .times: 8]),
            bytes: try await answer().utf8.count, from: answer
        ) {
            _ = try await door.verify($0)
        }
    }
}
