internal import TegataCrypto
internal import TegataLog
public import TegataSDJWT

/// Status lists kept in a folder, for verifiers that have no network when they check (Spec/trust-bundle.md).
///
/// Whoever can rewrite the folder can bring an older list back, which counts as long as it would anyway; they cannot make one.
public struct StatusFolder: StatusSource {
    private let directory: LogDirectory

    /// The folder at `path`; it is made when a list is kept.
    public init(at path: String) {
        directory = LogDirectory(at: path)
    }

    /// The kept list of this address. How old it may be is for the verifier's policy to say.
    ///
    /// - Throws: `statusUnknown` when there is none.
    public func statusList(at uri: String) async throws -> String {
        guard let bytes = try directory.read(Self.name(of: uri)),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw Refusal.statusUnknown }
        return text
    }

    /// Asks `source` for every list that the bundle names, and keeps those that are genuine and no older than the kept ones.
    ///
    /// - Parameters:
    ///   - source: where the lists come from.
    ///   - bundle: which lists, and whose.
    ///   - progress: is told how many of how many lists are done.
    /// - Returns: the addresses whose lists were not kept, with the reason; lists of other credentials are checked when they are used.
    public func refresh(
        from source: some StatusSource, for bundle: TrustBundle,
        progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async -> [String: Refusal] {
        var failed = [String: Refusal]()
        let own = bundle.contents.issuers.flatMap { issuer in
            issuer.statuses.map { (uri: $0, ring: Optional(issuer.profile.ring)) }
        }
        let others = bundle.contents.credentials.flatMap { issuer in
            issuer.statuses.map { (uri: $0, ring: KeyRing?.none) }
        }
        for (place, entry) in (own + others).enumerated() {
            do throws(Refusal) {
                try await keep(entry.uri, source, entry.ring)
            } catch {
                failed[entry.uri] = error
            }
            progress(place + 1, own.count + others.count)
        }
        return failed
    }

    private func keep(
        _ uri: String, _ source: some StatusSource, _ ring: KeyRing?
    ) async throws(Refusal) {
        guard let text = try? await source.statusList(at: uri) else { throw .unavailable }
        if let ring {
            let list = try StatusListToken(text, of: uri, by: ring)
            if let kept = try? await statusList(at: uri),
                let earlier = try? StatusListToken(kept, of: uri, by: ring),
                earlier.issuedAt > list.issuedAt
            {
                throw .replayed
            }
        }
        do {
            try directory.write(Array(text.utf8), to: Self.name(of: uri))
        } catch {
            throw .unavailable
        }
    }

    /// An address is a stranger's text: its hash is a file's name.
    private static func name(of uri: String) -> String {
        Hex.encode(SHA256.hash(Array(uri.utf8)).array) + ".jwt"
    }
}

extension StatusListToken {
    /// The list of `uri`, signed by the key of `ring` that it names, while that key's signatures count.
    ///
    /// - Throws: `statusUnknown` for another list, type or signer; `malformed`, `limitExceeded`.
    init(
        _ text: String, of uri: String, by ring: KeyRing,
        algorithms: Set<JWSAlgorithm> = JWSAlgorithm.cardDefaults, limit: Int = 16 << 20
    ) throws(Refusal) {
        let bytes = Array(text.utf8)
        let header: JWSHeader
        do {
            header = try CompactJWS(
                parsing: bytes, types: [Self.type], algorithms: algorithms, limit: limit
            ).header
        } catch .typeMismatch {
            throw .statusUnknown
        }
        // Only this issuer's list will do: whatever else was fetched, the status is not known (§8.3).
        guard let key = try? ring.key(for: header) else { throw .statusUnknown }
        try self.init(parsing: bytes, from: uri, by: key, algorithms: algorithms, limit: limit)
        guard ring.counts(key, at: issuedAt) else { throw .statusUnknown }
    }
}
