internal import Dispatch
internal import Synchronization
public import Tegata

/// A signing key in a PKCS #11 token, for `SigningKey.external`: the secret is made there and never leaves.
///
/// One signature at a time. A token that is busy longer than `patience`, or gone, costs an answer (`unavailable`); it is
/// opened again for the next one. What it answers is checked by the library before anyone sees it (A139).
public final class TokenKey: ExternalSigner {
    /// Where a key is.
    public struct Place: Sendable {
        /// The path of the module's library.
        public var module: String
        /// The token's label.
        public var token: String
        /// The label of the key pair.
        public var key: String

        /// The key `key` on `token`, reached through the library at `module`.
        public init(module: String, token: String, key: String) {
            self.module = module
            self.token = token
            self.key = key
        }
    }

    /// The public half, read when the key was opened.
    public let verifyingKey: VerifyingKey
    private let place: Place
    private let pin: [UInt8]
    private let module: Module
    private let patience: DispatchTimeInterval
    private let queue = DispatchQueue(label: "tegata.token")
    private let state: Mutex<State>

    private struct State {
        var session: TokenSession?
        /// A call has not come back in time, and is still out.
        var isStuck = false
    }

    /// Opens the key.
    ///
    /// - Throws: `TokenProblem`, which says what to do.
    public convenience init(_ place: Place, pin: [UInt8]) throws {
        try self.init(place, pin: pin, patience: .seconds(5))
    }

    init(_ place: Place, pin: [UInt8], patience: DispatchTimeInterval) throws {
        self.place = place
        self.pin = pin
        self.patience = patience
        module = try Module(place.module)
        let session = try TokenSession(module, token: place.token, pin: pin, key: place.key)
        verifyingKey = session.publicKey
        state = Mutex(State(session: session))
    }

    /// Opens the key, which is made on the token when it is not there yet.
    ///
    /// - Throws: `TokenProblem`.
    public static func openedOrMade(_ place: Place, pin: [UInt8]) throws -> TokenKey {
        do {
            return try TokenKey(place, pin: pin)
        } catch let problem as TokenProblem {
            guard problem.isKeyMissing else { throw problem }
        }
        try make(place, pin: pin)
        return try TokenKey(place, pin: pin)
    }

    /// Makes a key pair of `curve` on the token.
    ///
    /// - Throws: `TokenProblem`, also when there is a key of that label.
    public static func make(_ place: Place, pin: [UInt8], curve: TokenCurve = .secp256k1) throws {
        try TokenSession.makeKey(
            Module(place.module), token: place.token, pin: pin, key: place.key, curve: curve)
    }

    /// r‖s over `digest`, as the token gives it.
    ///
    /// - Throws: `unavailable` for a token that does not sign, or not in time.
    public func signature(forDigest digest: [UInt8]) throws(Refusal) -> [UInt8] {
        // Nobody else waits behind a call that hangs.
        guard !state.withLock({ $0.isStuck }) else { throw .unavailable }
        let given = Given()
        queue.async { [self] in
            given.set(sign(digest))
            state.withLock { $0.isStuck = false }
        }
        guard let signature = given.wait(patience) else {
            state.withLock { $0.isStuck = !given.isDone }
            throw .unavailable
        }
        return signature
    }

    /// Ends what the token has open for this process, as a device that was taken out and put back does.
    func endSessions() throws { try module.closeSessions(of: place.token) }

    /// On the queue: with the open session, or else with a new one.
    private func sign(_ digest: [UInt8]) -> [UInt8]? {
        let open = state.withLock { $0.session }
        if let signature = open?.sign(digest) { return signature }
        open?.close()
        let new = try? TokenSession(module, token: place.token, pin: pin, key: place.key)
        // Another key under the same label is not the one that cards are checked with.
        let session = new?.publicKey == verifyingKey ? new : nil
        state.withLock { $0.session = session }
        return session?.sign(digest)
    }
}

/// What the queue gives to the one who waits.
private final class Given: Sendable {
    private let value = Mutex<(isDone: Bool, signature: [UInt8]?)>((false, nil))
    private let signal = DispatchSemaphore(value: 0)

    var isDone: Bool { value.withLock { $0.isDone } }

    func set(_ signature: [UInt8]?) {
        value.withLock { $0 = (true, signature) }
        signal.signal()
    }

    func wait(_ patience: DispatchTimeInterval) -> [UInt8]? {
        _ = signal.wait(timeout: .now() + patience)
        return value.withLock { $0.signature }
    }
}
