import TegataCrypto
import Testing

/// Every check of a path, each with a path that fails it and nothing else (A40, A41).
struct X509PathTests {
    private static let start: Int64 = 1_700_000_000
    private static let end: Int64 = 1_800_000_000
    private static let now: Int64 = 1_750_000_000
    private static let policy = ObjectIdentifier(1, 2, 3, 4)

    /// A root, an authority below it and a person's certificate, of which each test spoils one thing.
    private struct Chain {
        let rootKey = NISTPrivateKey(.p256)
        let middleKey = NISTPrivateKey(.p256)
        let leafKey = NISTPrivateKey(.p256)
        var root: CertificateTemplate
        var middle: CertificateTemplate
        var leaf: CertificateTemplate
        var policy = PathPolicy()
        var rootSigner: CertificateSigner { .nist(rootKey, .sha256) }
        var middleSigner: CertificateSigner { .nist(middleKey, .sha384) }

        init() {
            func name(_ text: String) -> [UInt8] {
                DER.sequence(
                    DER.element(
                        DERTag.set,
                        DER.sequence(
                            DER.identifier(ObjectIdentifier(2, 5, 4, 3)),
                            DER.element(DERTag.utf8String, Array(text.utf8)))))
            }
            func template(_ issuer: String, _ subject: String, _ serial: UInt8)
                -> CertificateTemplate
            {
                CertificateTemplate(
                    serialNumber: [serial], issuer: name(issuer), subject: name(subject),
                    notBefore: X509PathTests.start, notAfter: X509PathTests.end)
            }
            root = template("root", "root", 1)
            middle = template("root", "middle", 2)
            leaf = template("middle", "leaf", 3)
            let authority = DER.sequence(DER.isTrue)
            let signs: [UInt8] = [3, 2, 1, 6]
            let policies = DER.sequence(DER.sequence(DER.identifier(X509PathTests.policy)))
            root.extensions = [
                .init(.basicConstraints, critical: true, authority),
                .init(.keyUsage, critical: true, signs),
                .init(.subjectKeyIdentifier, [4, 1, 1]),
            ]
            middle.extensions = [
                .init(.basicConstraints, critical: true, authority),
                .init(.keyUsage, critical: true, signs),
                .init(.subjectKeyIdentifier, [4, 1, 2]),
                .init(.authorityKeyIdentifier, [0x30, 3, 0x80, 1, 1]),
                .init(.certificatePolicies, policies),
            ]
            leaf.extensions = [
                .init(.keyUsage, critical: true, [3, 2, 7, 0x80]),
                .init(
                    .extendedKeyUsage, DER.sequence(DER.identifier(.clientAuthentication))),
                .init(.certificatePolicies, critical: true, policies),
                .init(.authorityKeyIdentifier, [0x30, 3, 0x80, 1, 2]),
            ]
            policy.leafKeyUsage = .digitalSignature
            policy.forbiddenLeafKeyUsage = .nonRepudiation
            policy.requiresCriticalKeyUsage = true
            policy.purpose = .clientAuthentication
            policy.certificatePolicy = X509PathTests.policy
            policy.requiresCriticalPolicy = true
        }

        func outcome(at time: Int64 = X509PathTests.now) -> PathError? {
            do throws(PathError) {
                let anchor = try TrustAnchor(
                    root.issued(for: rootSigner.publicKey, by: rootSigner), name: "root")
                let path = try PathValidator(anchors: [anchor], policy: policy).validate(
                    leaf: leaf.issued(for: .nist(leafKey.publicKey), by: middleSigner),
                    intermediates: [middle.issued(for: middleSigner.publicKey, by: rootSigner)],
                    at: time)
                return path.leafKey == .nist(leafKey.publicKey) ? nil : .malformed
            } catch {
                return error
            }
        }
    }

    private func spoiled(_ change: (inout Chain) -> Void) -> PathError? {
        var chain = Chain()
        change(&chain)
        return chain.outcome()
    }

    @Test func `a good path passes, at both ends of its validity too`() {
        let chain = Chain()
        #expect(chain.outcome() == nil)
        #expect(chain.outcome(at: Self.start) == nil)
        #expect(chain.outcome(at: Self.end) == nil)
        #expect(chain.outcome(at: Self.start - 1) == .notYetValid)
        #expect(chain.outcome(at: Self.end + 1) == .expired)
    }

    @Test func `an expired authority or anchor spoils the path (A41)`() {
        #expect(spoiled { $0.middle.notAfter = Self.now - 1 } == .expired)
        #expect(spoiled { $0.root.notAfter = Self.now - 1 } == .expired)
        #expect(spoiled { $0.middle.notBefore = Self.now + 1 } == .notYetValid)
    }

    @Test func `only an authority may issue (A41)`() {
        #expect(spoiled { $0.middle.extensions.removeFirst(2) } == .basicConstraints)
        #expect(
            spoiled {
                $0.middle.extensions.remove(at: 1)
                $0.middle.extensions[0].value = DER.sequence()
            } == .basicConstraints)
        #expect(spoiled { $0.middle.extensions[0].isCritical = false } == .basicConstraints)
        #expect(spoiled { $0.root.extensions.removeFirst(2) } == .basicConstraints)
        #expect(spoiled { $0.middle.extensions[1].value = [3, 2, 7, 0x80] } == .keyUsage)
        #expect(spoiled { $0.root.extensions[1].value = [3, 2, 1, 2] } == .keyUsage)
    }

    @Test func `an authority is no person (A41)`() {
        #expect(
            spoiled {
                $0.leaf.extensions.append(
                    .init(.basicConstraints, critical: true, DER.sequence(DER.isTrue)))
            } == .basicConstraints)
    }

    @Test func `path lengths hold, those of the anchor and those of the policy (A41)`() {
        #expect(
            spoiled { $0.root.extensions[0].value = DER.sequence(DER.isTrue, DER.integer([0])) }
                == .pathTooLong)
        #expect(
            spoiled { $0.root.extensions[0].value = DER.sequence(DER.isTrue, DER.integer([1])) }
                == nil)
        #expect(
            spoiled { $0.middle.extensions[0].value = DER.sequence(DER.isTrue, DER.integer([0])) }
                == nil)
        #expect(spoiled { $0.policy.maximumIntermediates = 0 } == .pathTooLong)
    }

    @Test func `the leaf's key usage, purpose and policy are what was asked for`() {
        #expect(spoiled { $0.leaf.extensions.remove(at: 0) } == .keyUsage)
        #expect(spoiled { $0.leaf.extensions[0].isCritical = false } == .keyUsage)
        #expect(spoiled { $0.leaf.extensions[0].value = [3, 2, 3, 8] } == .keyUsage)
        #expect(spoiled { $0.leaf.extensions[0].value = [3, 2, 6, 0xC0] } == .keyUsage)
        #expect(spoiled { $0.leaf.extensions.remove(at: 1) } == .extendedKeyUsage)
        #expect(
            spoiled { $0.leaf.extensions[1].value = DER.sequence(DER.identifier(.anyPolicy)) }
                == .extendedKeyUsage)
        #expect(spoiled { $0.leaf.extensions.remove(at: 2) } == .certificatePolicy)
        #expect(spoiled { $0.leaf.extensions[2].isCritical = false } == .certificatePolicy)
        #expect(
            spoiled {
                $0.leaf.extensions[2].value = DER.sequence(
                    DER.sequence(DER.identifier(.anyPolicy)))
            } == .certificatePolicy)
        #expect(spoiled { $0.middle.extensions.remove(at: 4) } == .certificatePolicy)
        #expect(spoiled { $0.policy.forbiddenPolicies = [Self.policy] } == .certificatePolicy)
    }

    @Test func `unknown critical extensions and all constraints are refused (A41)`() {
        let unknown = CertificateTemplate.Extension(
            ObjectIdentifier(1, 2, 3), critical: true, DER.null)
        #expect(spoiled { $0.leaf.extensions.append(unknown) } == .unprocessedExtension)
        #expect(spoiled { $0.middle.extensions.append(unknown) } == .unprocessedExtension)
        #expect(spoiled { $0.root.extensions.append(unknown) } == .unprocessedExtension)
        #expect(
            spoiled {
                $0.leaf.extensions.append(unknown)
                $0.leaf.extensions[4].isCritical = false
            } == nil)
        for identifier in [ObjectIdentifier.nameConstraints, .policyConstraints] {
            #expect(
                spoiled { $0.middle.extensions.append(.init(identifier, DER.sequence())) }
                    == .unprocessedExtension)
        }
    }

    @Test func `key identifiers must be there and agree`() {
        #expect(spoiled { $0.leaf.extensions[3].value = [0x30, 3, 0x80, 1, 9] } == .keyIdentifier)
        #expect(spoiled { $0.leaf.extensions.remove(at: 3) } == .keyIdentifier)
        #expect(spoiled { $0.middle.extensions.remove(at: 2) } == .keyIdentifier)
        #expect(
            spoiled {
                $0.policy.requiresKeyIdentifiers = false
                $0.leaf.extensions.remove(at: 3)
            } == nil)
    }

    @Test func `names chain by their exact bytes, and only a pinned root ends a path (A40)`() {
        #expect(spoiled { $0.leaf.issuer = $0.root.subject } == .keyIdentifier)
        #expect(
            spoiled {
                var name = $0.leaf.issuer
                name[name.count - 1] ^= 0x20
                $0.leaf.issuer = name
            } == .untrusted)
        let chain = Chain()
        let other = Chain()
        let bundle = [
            chain.root.issued(for: chain.rootSigner.publicKey, by: chain.rootSigner),
            chain.middle.issued(for: chain.middleSigner.publicKey, by: chain.rootSigner),
        ]
        let leaf = chain.leaf.issued(for: .nist(chain.leafKey.publicKey), by: chain.middleSigner)
        #expect(throws: PathError.self) {
            let foreign = try TrustAnchor(
                other.root.issued(for: other.rootSigner.publicKey, by: other.rootSigner), name: "")
            _ = try PathValidator(anchors: [foreign], policy: chain.policy).validate(
                leaf: leaf, intermediates: bundle, at: Self.now)
        }
        #expect(throws: PathError.untrusted) {
            var lenient = PathPolicy()
            lenient.allowsAuthorityAsLeaf = true
            _ = try PathValidator(anchors: [], policy: lenient).validate(
                leaf: bundle[0], at: Self.now)
        }
    }

    @Test func `both algorithm fields agree, and the signature is the issuer's`() {
        #expect(spoiled { $0.leaf.innerAlgorithm = $0.rootSigner.algorithm } == .malformed)
        var chain = Chain()
        let stranger = NISTPrivateKey(.p256)
        chain.policy.requiresKeyIdentifiers = false
        #expect(throws: PathError.signatureInvalid) {
            let anchor = try TrustAnchor(
                chain.root.issued(for: .nist(stranger.publicKey), by: chain.rootSigner), name: "")
            chain.middle.issuer = chain.root.subject
            _ = try PathValidator(anchors: [anchor], policy: chain.policy).validate(
                leaf: chain.leaf.issued(
                    for: .nist(chain.leafKey.publicKey), by: chain.middleSigner),
                intermediates: [
                    chain.middle.issued(for: chain.middleSigner.publicKey, by: chain.rootSigner)
                ], at: Self.now)
        }
    }

    @Test func `serial numbers, duplicates and empty extensions are read strictly`() {
        #expect(spoiled { $0.leaf.serialNumber = [0] } == .malformed)
        #expect(spoiled { $0.leaf.serialNumber = [UInt8](repeating: 1, count: 21) } == .malformed)
        #expect(spoiled { $0.leaf.serialNumber = [UInt8](repeating: 1, count: 20) } == nil)
        #expect(spoiled { $0.leaf.extensions.append($0.leaf.extensions[0]) } == .malformed)
        #expect(spoiled { $0.leaf.extensions[0].value = [3, 1, 0] } == .malformed)
        #expect(spoiled { $0.leaf.extensions[1].value = DER.sequence() } == .malformed)
        #expect(spoiled { $0.leaf.extensions[2].value = DER.sequence() } == .malformed)
        #expect(spoiled { $0.leaf.extensions[3].isCritical = true } == .malformed)
        #expect(spoiled { $0.leaf.extensions[1].value += [0] } == .malformed)
        #expect(spoiled { $0.leaf.subject = DER.sequence() } == .malformed)
        #expect(spoiled { $0.leaf.extensions = [] } == .malformed)
        #expect(
            spoiled { $0.leaf.extensions[0].value = [3, 2, 2, 0x84] } == .malformed,
            "keyCertSign without cA")
    }

    @Test func `every flipped byte, cut and addition is refused`() throws {
        let chain = Chain()
        let anchor = try TrustAnchor(
            chain.root.issued(for: chain.rootSigner.publicKey, by: chain.rootSigner), name: "")
        let middle = chain.middle.issued(for: chain.middleSigner.publicKey, by: chain.rootSigner)
        let leaf = chain.leaf.issued(for: .nist(chain.leafKey.publicKey), by: chain.middleSigner)
        let validator = PathValidator(anchors: [anchor], policy: chain.policy)
        func passes(_ leaf: [UInt8]) -> Bool {
            (try? validator.validate(leaf: leaf, intermediates: [middle], at: Self.now)) != nil
        }
        #expect(passes(leaf))
        for index in leaf.indices {
            var flipped = leaf
            flipped[index] ^= 1
            #expect(!passes(flipped))
            #expect(!passes(Array(leaf[..<index])))
        }
        #expect(!passes(leaf + [0]))
        #expect(!passes([0] + leaf))
    }

    @Test func `a bundle of a thousand look-alikes ends in time (A41)`() throws {
        let chain = Chain()
        let anchor = try TrustAnchor(
            chain.root.issued(for: chain.rootSigner.publicKey, by: chain.rootSigner), name: "")
        let leaf = chain.leaf.issued(for: .nist(chain.leafKey.publicKey), by: chain.middleSigner)
        var loop = chain.middle
        loop.issuer = loop.subject
        loop.extensions[3].value = [0x30, 3, 0x80, 1, 2]
        let bundle = (1...64).map { serial in
            var copy = loop
            copy.serialNumber = [UInt8(serial)]
            return copy.issued(for: chain.middleSigner.publicKey, by: chain.middleSigner)
        }
        let validator = PathValidator(anchors: [anchor], policy: chain.policy)
        #expect(throws: PathError.tooMuchWork) {
            try validator.validate(leaf: leaf, intermediates: bundle, at: Self.now)
        }
        #expect(throws: PathError.tooMuchWork) {
            try validator.validate(leaf: leaf, intermediates: bundle + bundle, at: Self.now)
        }
    }
}
