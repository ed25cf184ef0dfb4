import TegataCrypto
import TegataSDJWT

/// Does the tasks that the peers of the comparison do, on the same fixture: `TASK FIXTURE ALG`.
///
/// The fixture's cards are plain SD-JWT VCs and no Tegata cards, so this is the layer below the roles, with the checks
/// that a `Verifier` makes there.
struct Peer {
    private let fixture: Fixture
    private let door: CardCheck

    /// A self-check that failed: then nothing is measured.
    struct Unfit: Error {
        let check: String
    }

    init(folder: String, algorithm: String) throws {
        guard let algorithm = JWSAlgorithm(rawValue: algorithm),
            JWSAlgorithm.cardDefaults.contains(algorithm)
        else { throw Unfit(check: "ALG is ES256K or ES256") }
        fixture = try Fixture(folder: folder, algorithm: algorithm)
        // A fixture is older than an answer may be: the other programs give it a day as well.
        door = CardCheck(
            issuer: fixture.issuer, type: fixture.type, issuerKey: try fixture.issuerKey(),
            audience: fixture.audience, nonce: fixture.nonce, maximumAge: 86_400)
    }

    func run(_ task: String) throws {
        let presentation = try fixture.presentation()
        guard try verify(presentation) == 3 else { throw Unfit(check: "the fixture's claims") }
        if task == "cli" { return print("ok") }
        let work = try work()
        try check(work, presentation)
        switch task {
        case "issue": try time(task) { _ = try work.issue() }
        case "present": try time(task) { _ = try work.present(work.card) }
        case "verify":
            try time(task) {
                guard try verify(presentation) == 3 else { throw Unfit(check: task) }
            }
        case "mem":
            var count = 0
            try Files.forEachLine(of: fixture.presentationsPath) { line in
                guard try verify(line) == 3 else { throw Unfit(check: task) }
                count += 1
            }
            print("{\"verified\":\(count)}")
        default: throw Unfit(check: "TASK is version, issue, present, verify, mem or cli")
        }
    }

    /// Answers how many of the claims asked for are shown.
    private func verify(_ text: [UInt8]) throws(Refusal) -> Int {
        let claims = try door.verify(text, at: SystemClock.now).claims
        return fixture.disclosed.count { claims[$0] != nil }
    }

    /// An issuer and a holder at work.
    private struct Work {
        let issuer: SigningKey
        let holder: SigningKey
        let claims: [IssuedClaim]
        let card: [UInt8]
        let paths: [ClaimPath]
        let fixture: Fixture

        func issue() throws(IssuingError) -> [UInt8] {
            var random = SystemRandomness()
            return try SDJWTIssuing.issue(claims, keyID: "issuer-1", by: issuer, using: &random)
        }

        func present(_ card: [UInt8]) throws(Refusal) -> [UInt8] {
            try HeldSDJWT(parsing: card).presentation(
                revealing: paths, by: holder, audience: fixture.audience, nonce: fixture.nonce,
                at: SystemClock.now)
        }
    }

    private func work() throws -> Work {
        Work(
            issuer: try fixture.signingKey(of: "issuer"),
            holder: try fixture.signingKey(of: "holder"), claims: try fixture.claims(),
            card: try fixture.card(), paths: fixture.disclosed.map { ClaimPath([.name($0)]) },
            fixture: fixture)
    }

    /// Who is timed must be right: a changed signature is refused, an own card is accepted.
    private func check(_ work: Work, _ presentation: [UInt8]) throws {
        var changed = presentation
        changed.changeCharacter(at: changed.count - 10)
        guard (try? verify(changed)) == nil else { throw Unfit(check: "a changed signature") }
        guard try verify(work.present(work.issue())) == 3 else { throw Unfit(check: "own card") }
    }

    private func time(_ task: String, _ step: () throws -> Void) rethrows {
        let timing = try Timing.measure(.peer, step)
        print(
            "{\"task\":\"\(task)\",\"alg\":\"\(fixture.algorithm.rawValue)\","
                + "\"cpu\":[\(timing.processor.list)],\"wall\":[\(timing.wall.list)]}")
    }
}

extension [Double] {
    var list: String { map { tenths($0) }.joined(separator: ",") }
}
