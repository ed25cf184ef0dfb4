internal import Crypto
internal import Foundation
internal import ServiceKit
internal import Tegata

/// One check at one counter, from the question to what came of it.
struct Visit: Sendable {
    enum Way: Sendable, Codable {
        /// Over OpenID4VP, with a wallet on this device or on another.
        case openID(isSameDevice: Bool)
        /// The same for a credential that is no card.
        case credential(isSameDevice: Bool)
        /// With Tegata's own question, which also asks for the person.
        case native(challenge: String)

        /// Whether the wallet is on this device; `nil` where it is asked by Tegata's own question.
        var isSameDevice: Bool? {
            switch self {
            case .openID(let isSameDevice), .credential(let isSameDevice): isSameDevice
            case .native: nil
            }
        }

        /// Whether this is how such a check is asked.
        func fits(_ check: Check) -> Bool {
            switch (self, check.asks) {
            case (.credential, .credential), (.openID, .card), (.native, .card): true
            default: false
            }
        }
    }

    /// Its name: unguessable, and in the code that a wallet scans, so it opens nothing by itself.
    let id: String
    /// Whose it is: the hash of the browser's session.
    let session: [UInt8]
    let check: Check
    let way: Way
    /// What the wallet opens.
    let link: String
    /// The last second for an answer, since 1970.
    let expiry: Int64
    /// Why the last answer was refused, if one was: another may follow.
    var refusal: Refusal?
    /// What was learned.
    var learned: Learned?
}

/// The visits of the last minutes, where every front process finds them.
struct Visits: Sendable {
    private let store: any StateStore
    private let plan: Plan
    /// Seconds for which a verdict stays on the screen and benefits can be taken.
    static let memory: Int64 = 600

    init(_ store: any StateStore, _ plan: Plan) {
        self.store = store
        self.plan = plan
    }

    /// - Throws: `limitExceeded` when there are too many, `unavailable`.
    func add(_ visit: Visit) async throws(Refusal) {
        guard try await replace(visit.id, nil, visit) else { throw .conflict }
    }

    /// The visit of this name, for the browser that began it.
    ///
    /// - Throws: `unauthorized` for everybody else and for every other name, without a difference (A60); `unavailable`.
    func visit(_ id: String, of session: [UInt8]) async throws(Refusal) -> Visit {
        guard let (visit, _) = try await read(id), visit.session == session else {
            throw .unauthorized
        }
        return visit
    }

    /// The question of a visit, for the wallet that scanned its code.
    ///
    /// - Throws: `conflict` for one that is unknown or over, `expired`, `unavailable`.
    func challenge(of id: String) async throws(Refusal) -> String {
        guard let (visit, _) = try await read(id), case .native(let challenge) = visit.way,
            visit.learned == nil
        else { throw .conflict }
        guard Now.seconds <= visit.expiry else { throw .expired }
        return challenge
    }

    /// Notes why an answer was refused, for whoever looks at the screen.
    func note(_ refusal: Refusal, for id: String) async {
        // It is a courtesy: the wallet has the reason anyway.
        try? await change(id) { $0.refusal = refusal }
    }

    /// - Throws: `unavailable`.
    func settle(_ id: String, _ learned: Learned) async throws(Refusal) {
        try await change(id) { visit in
            visit.refusal = nil
            visit.learned = learned
        }
    }

    /// - Throws: `unavailable`.
    func forget(_ id: String) async throws(Refusal) {
        guard let (_, stored) = try await read(id) else { return }
        _ = try await store.replace(key(id), stored, with: nil, until: 0, now: Now.seconds)
    }

    /// Changes a visit that is there: again, when somebody else was faster.
    private func change(_ id: String, _ change: (inout Visit) -> Void) async throws(Refusal) {
        for _ in 0..<16 {
            guard let (found, stored) = try await read(id) else { return }
            var visit = found
            change(&visit)
            if try await replace(id, stored, visit) { return }
        }
        throw .unavailable
    }

    private func replace(
        _ id: String, _ old: [UInt8]?, _ visit: Visit
    ) async throws(Refusal) -> Bool {
        guard let new = try? [UInt8](JSONEncoder().encode(Kept(visit))) else { throw .unavailable }
        return try await store.replace(
            key(id), old, with: new, until: visit.expiry + Self.memory, now: Now.seconds)
    }

    private func read(_ id: String) async throws(Refusal) -> (Visit, stored: [UInt8])? {
        guard id.utf8.count <= 64,
            let stored = try await store.value(of: key(id), now: Now.seconds)
        else { return nil }
        // A check that is not in the plan any more, or asks for something else there now, is over.
        guard let kept = try? JSONDecoder().decode(Kept.self, from: Data(stored)),
            let check = plan.checks.first(where: { $0.id == kept.check }), kept.way.fits(check)
        else { return nil }
        return (kept.visit(check, id), stored)
    }

    private func key(_ id: String) -> [UInt8] { Array("visit/\(id)".utf8) }
}

/// A visit as it is kept: the check by its name in the plan.
private struct Kept: Codable {
    let session: [UInt8]
    let check: String
    let way: Visit.Way
    let link: String
    let expiry: Int64
    let refusal: String?
    let learned: Learned?

    init(_ visit: Visit) {
        session = visit.session
        check = visit.check.id
        way = visit.way
        link = visit.link
        expiry = visit.expiry
        refusal = visit.refusal?.rawValue
        learned = visit.learned
    }

    func visit(_ check: Check, _ id: String) -> Visit {
        Visit(
            id: id, session: session, check: check, way: way, link: link, expiry: expiry,
            refusal: refusal.flatMap(Refusal.init(rawValue:)), learned: learned)
    }
}

/// 32 random bytes in base64url: a name that nobody guesses.
func freshName() -> String {
    SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }.base64URL
}

/// What the state is sealed under, from the key that signs requests: whoever has that one could ask anything anyway.
func sealingKey(_ secret: [UInt8]) -> [UInt8] {
    Array(
        HMAC<SHA256>.authenticationCode(
            for: Data("tegata verifier state".utf8), using: SymmetricKey(data: secret)))
}
