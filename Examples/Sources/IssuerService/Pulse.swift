internal import ServiceKit
internal import Tegata

/// Whether the issuer works: every few seconds it writes to its state, looks at its register and signs a checkpoint, and says
/// what it could not do.
actor Pulse {
    private let issuer: Issuer
    private let store: any StateStore
    private var lastBeat: ContinuousClock.Instant?
    private var problem = "nothing was tried yet"

    /// Between two beats.
    static let interval = Duration.seconds(5)
    /// For how long a beat says that all is well.
    static let lifetime = Duration.seconds(20)

    init(_ issuer: Issuer, _ store: any StateStore) {
        self.issuer = issuer
        self.store = store
    }

    /// Tries everything once.
    func beat(at time: ContinuousClock.Instant = .now) async {
        let found = await tryAll()
        lastBeat = found == nil ? time : nil
        problem = found ?? "no checkpoint was signed for a while"
    }

    private func tryAll() async -> String? {
        do throws(Refusal) {
            try await issuer.refresh()
        } catch {
            return "register: \(await issuer.fault?.word ?? error.rawValue)"
        }
        do throws(Refusal) {
            try await write()
        } catch {
            return "state: \(error.rawValue)"
        }
        return nil
    }

    /// What is wrong, in words that say nothing about anybody; `nil` while a fresh checkpoint was signed a moment ago.
    func fault(at time: ContinuousClock.Instant = .now) -> String? {
        guard let lastBeat else { return problem }
        guard time - lastBeat > Self.lifetime else { return nil }
        return problem
    }

    /// Other processes write there too: whoever comes second sees that it can be written.
    private func write() async throws(Refusal) {
        let key = Array("pulse".utf8)
        let now = Now.seconds
        let old = try await store.value(of: key, now: now)
        _ = try await store.replace(key, old, with: Array("\(now)".utf8), until: now + 60, now: now)
    }
}

extension RegisterFault {
    /// The kind of fault, for everyone; its description is for the operator's eyes.
    var word: String {
        switch self {
        case .storage: "storage"
        case .damaged: "damaged"
        case .headInvalid: "head_invalid"
        case .rolledBack: "rolled_back"
        case .forked: "forked"
        case .witnesses: "witnesses"
        case .elsewhere: "elsewhere"
        case .publication: "publication"
        @unknown default: "unavailable"
        }
    }
}
