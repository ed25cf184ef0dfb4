public import Tegata
internal import TegataCrypto

extension JPKI {
    /// The authorities whose certificates count, by role and generation. Those of signature certificates never do.
    public struct Anchors: Sendable {
        let trusted: [(profile: JPKIProfile, anchor: TrustAnchor)]
        /// Whether these are test authorities.
        public let usesTestAnchors: Bool

        /// The state's authorities for user authentication.
        ///
        /// - Parameter roots: their certificates, DER, as J-LIS publishes them. Each must be one of the pinned ones.
        /// - Returns: anchors for today's cards; the next card has no authority yet.
        /// - Throws: `issuerUntrusted` for any other certificate, a signature authority's too; also for none at all.
        public static func production(_ roots: [[UInt8]]) throws(Refusal) -> Anchors {
            guard !roots.isEmpty else { throw .issuerUntrusted }
            var trusted: [(profile: JPKIProfile, anchor: TrustAnchor)] = []
            for root in roots {
                let fingerprint = SHA256.hash(root).description
                guard let generation = pinned.first(where: { $0.fingerprint == fingerprint }),
                    let anchor = try? TrustAnchor(root, name: generation.name)
                else { throw .issuerUntrusted }
                trusted.append((.rsa, anchor))
            }
            return Anchors(trusted: trusted, usesTestAnchors: false)
        }

        /// Authorities made for a test. Every result says so.
        public static func test(_ authorities: TestAuthority...) -> Anchors {
            test(authorities.map { ($0.cardClass, $0.root) })
        }

        /// The roots of test authorities in other processes, DER, by the kind of card. Every result says so.
        public static func test(_ roots: [(cardClass: CardClass, root: [UInt8])]) -> Anchors {
            let trusted = roots.compactMap { cardClass, root -> (JPKIProfile, TrustAnchor)? in
                guard
                    let profile = [JPKIProfile.rsa, .p384].first(where: {
                        $0.cardClass == cardClass
                    }), let anchor = try? TrustAnchor(root, name: "test")
                else { return nil }
                return (profile, anchor)
            }
            return Anchors(trusted: trusted, usesTestAnchors: true)
        }

        /// SHA-256 of the DER of each root of the role "user authentication". Cards of the 2019 generation are valid
        /// until 2029, so leaving that root out refuses a good part of all cards.
        private static let pinned: [(name: String, fingerprint: String)] = [
            (
                "JPKI user authentication 2015",
                "4dcfc4ca0aaf9fb2a3081b3f0c991c320b3acc008667a341eeaec5af1d58ca7d"
            ),
            (
                "JPKI user authentication 2019",
                "0d98de47fc11b7f67126874b7028b6026a803d2638d6edfe53176953961fade6"
            ),
            (
                "JPKI user authentication 2023",
                "64114f29620c24ed2631d46476a040e7ee740d956089c00b036a6a8118c322b5"
            ),
        ]
    }
}
