internal import Crypto
internal import Foundation
internal import Tegata

/// One check at one counter, from the question to what came of it.
struct Visit: Sendable {
    enum Way: Sendable {
        /// Over OpenID4VP, with a wallet on this device or on another.
        case openID(isSameDevice: Bool)
        /// With Tegata's own question, which also asks for the person.
        case native(challenge: String)
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
    var verdict: Verdict?
}

/// The visits of the last minutes. They are forgotten with this process; what is counted is kept elsewhere.
actor Visits {
    private var visits = [String: Visit]()
    private var nextCleaning: Int64 = 0
    private let capacity: Int
    /// Seconds for which a verdict stays on the screen and benefits can be taken.
    static let memory: Int64 = 600

    init(capacity: Int = 100_000) { self.capacity = capacity }

    /// - Throws: `limitExceeded` when there are too many.
    func add(_ visit: Visit) throws(Refusal) {
        let now = Self.now
        if now >= nextCleaning || visits.count >= capacity {
            visits = visits.filter { now <= $0.value.expiry + Self.memory }
            nextCleaning = now + 60
        }
        guard visits.count < capacity else { throw .limitExceeded }
        visits[visit.id] = visit
    }

    /// The visit of this name, for the browser that began it.
    ///
    /// - Throws: `unauthorized` for everybody else and for every other name, without a difference (A60).
    func visit(_ id: String, of session: [UInt8]) throws(Refusal) -> Visit {
        guard let visit = visits[id], visit.session == session,
            Self.now <= visit.expiry + Self.memory
        else { throw .unauthorized }
        return visit
    }

    /// The question of a visit, for the wallet that scanned its code.
    ///
    /// - Throws: `conflict` for one that is unknown or over, `expired`.
    func challenge(of id: String) throws(Refusal) -> String {
        guard let visit = visits[id], case .native(let challenge) = visit.way,
            visit.verdict == nil
        else { throw .conflict }
        guard Self.now <= visit.expiry else { throw .expired }
        return challenge
    }

    func note(_ refusal: Refusal, for id: String) { visits[id]?.refusal = refusal }

    func settle(_ id: String, _ verdict: Verdict) {
        visits[id]?.refusal = nil
        visits[id]?.verdict = verdict
    }

    func forget(_ id: String) { visits[id] = nil }

    static var now: Int64 { Int64(Date().timeIntervalSince1970) }
}

/// 32 random bytes in base64url: a name that nobody guesses.
func freshName() -> String {
    SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }.base64EncodedString()
        .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}
