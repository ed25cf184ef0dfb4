public import Tegata
internal import TegataCrypto

extension JPKI {
    /// The authorities whose certificates count, by role and generation. One role's never count for the other.
    public struct Anchors: Sendable {
        let trusted: [(profile: JPKIProfile, anchor: TrustAnchor)]
        /// Whether these are test authorities.
        public let usesTestAnchors: Bool

        /// The state's authorities.
        ///
        /// - Parameters:
        ///   - roots: those for user authentication, DER, as J-LIS publishes them. Each must be one of the pinned ones.
        ///   - signatures: those for signatures, for editions with a second index.
        /// - Returns: anchors for today's cards; the next card has no authority yet.
        /// - Throws: `issuerUntrusted` for any other certificate, also one of the other role; and for none at all.
        public static func production(
            _ roots: [[UInt8]], signatures: [[UInt8]] = []
        ) throws(Refusal) -> Anchors {
            guard !roots.isEmpty else { throw .issuerUntrusted }
            return Anchors(
                trusted: try pinned(roots, as: .rsa) + pinned(signatures, as: .signature),
                usesTestAnchors: false)
        }

        /// Authorities made for a test. Every result says so.
        ///
        /// - Parameters:
        ///   - authorities: for user authentication.
        ///   - signatures: for signatures, where a second index is asked for.
        /// - Returns: anchors that count as tests.
        public static func test(
            _ authorities: TestAuthority..., signatures: [TestAuthority] = []
        ) -> Anchors {
            test(
                authorities.map { ($0.cardClass, $0.root) }
                    + signatures.map { (.jpkiSignature, $0.root) })
        }

        /// The roots of test authorities in other processes, DER, by the kind of card. Every result says so.
        public static func test(_ roots: [(cardClass: CardClass, root: [UInt8])]) -> Anchors {
            let trusted = roots.compactMap { cardClass, root -> (JPKIProfile, TrustAnchor)? in
                guard let profile = JPKIProfile.all.first(where: { $0.cardClass == cardClass }),
                    let anchor = try? TrustAnchor(root, name: "test")
                else { return nil }
                return (profile, anchor)
            }
            return Anchors(trusted: trusted, usesTestAnchors: true)
        }

        private static func pinned(
            _ roots: [[UInt8]], as profile: JPKIProfile
        ) throws(Refusal) -> [(profile: JPKIProfile, anchor: TrustAnchor)] {
            var trusted: [(profile: JPKIProfile, anchor: TrustAnchor)] = []
            for root in roots {
                let fingerprint = SHA256.hash(root).description
                guard
                    let generation = pinned.first(where: {
                        $0.role == profile.role && $0.fingerprint == fingerprint
                    }), let anchor = try? TrustAnchor(root, name: generation.name)
                else { throw .issuerUntrusted }
                trusted.append((profile, anchor))
            }
            return trusted
        }

        /// SHA-256 of the DER of each root, by its role. Cards of the 2019 generation are valid until 2029, so leaving that root
        /// out refuses a good part of all cards.
        private static let pinned: [(role: TestAuthority.Role, name: String, fingerprint: String)] =
            [
                (
                    .userAuthentication, "JPKI user authentication 2015",
                    "4dcfc4ca0aaf9fb2a3081b3f0c991c320b3acc008667a341eeaec5af1d58ca7d"
                ),
                (
                    .userAuthentication, "JPKI user authentication 2019",
                    "0d98de47fc11b7f67126874b7028b6026a803d2638d6edfe53176953961fade6"
                ),
                (
                    .userAuthentication, "JPKI user authentication 2023",
                    "64114f29620c24ed2631d46476a040e7ee740d956089c00b036a6a8118c322b5"
                ),
                (
                    .signature, "JPKI signature 2019",
                    "79679c33e4cc9319440f1ad120a597ff1844e2ef217063adb176966fd5e6fbeb"
                ),
                (
                    .signature, "JPKI signature 2023",
                    "d227f6cde11d35c5252178f106f843d24651944975413b539fa2fb68dbfa365f"
                ),
            ]
    }
}
