/// The extensions of a certificate that path checks speak of (RFC 5280 §4.2).
package struct CertificateExtensions: Sendable {
    /// Whether the subject may sign certificates, and for how many below it.
    package private(set) var basicConstraints: BasicConstraints?
    /// What the key may be used for, and whether the extension is critical.
    package private(set) var keyUsage: (uses: KeyUsage, isCritical: Bool)?
    /// The purposes; never empty.
    package private(set) var extendedKeyUsage: [ObjectIdentifier]?
    /// The policies and whether the extension is critical; never empty.
    package private(set) var policies: (identifiers: [ObjectIdentifier], isCritical: Bool)?
    /// Names the subject's key.
    package private(set) var subjectKeyIdentifier: [UInt8]?
    /// Names the issuer's key.
    package private(set) var authorityKeyIdentifier: [UInt8]?
    /// Whether there is an alternative name that must be understood.
    package private(set) var hasCriticalSubjectAlternativeName = false
    /// The DNS names among the subject's alternative names, as written (RFC 5280 §4.2.1.6).
    package private(set) var dnsNames: [String] = []
    /// Where the subject's alternative names lie in the certificate's bytes; `nil` where there are none.
    private(set) var alternativeNames: Range<Int>?
    /// Whether something critical is there that this module does not process.
    package private(set) var hasUnprocessedCritical = false
    /// Whether there are name or policy constraints, which this module does not process and never ignores.
    package private(set) var hasConstraints = false

    /// `SEQUENCE OF Extension`, each identifier at most once, at most 32 of them.
    init(reading reader: inout DERReader) throws(DERError) {
        var list = try reader.sequence()
        guard !list.isAtEnd else { throw .invalidValue }
        var seen: [ObjectIdentifier] = []
        while !list.isAtEnd {
            var entry = try list.sequence()
            let identifier = try entry.objectIdentifier()
            guard seen.count < 32, !seen.contains(identifier) else { throw .invalidValue }
            seen.append(identifier)
            var isCritical = false
            if entry.nextTag == DERTag.boolean {
                isCritical = try entry.boolean()
                // FALSE is the default, and DER leaves defaults out (X.690 §11.5).
                guard isCritical else { throw .invalidValue }
            }
            let value = try entry.element(DERTag.octetString)
            try entry.finish()
            var content = try entry.reader(of: value.content)
            try read(identifier, isCritical, &content)
        }
        // RFC 5280 §4.2.1.9: whoever may sign certificates says so in both places.
        if let keyUsage, keyUsage.uses.contains(.certificateSigning) {
            guard basicConstraints?.isAuthority == true else { throw .invalidValue }
        }
    }

    private mutating func read(
        _ identifier: ObjectIdentifier, _ isCritical: Bool, _ content: inout DERReader
    ) throws(DERError) {
        switch identifier {
        case .basicConstraints:
            basicConstraints = try BasicConstraints(reading: &content, isCritical: isCritical)
        case .keyUsage:
            let bits = try content.namedBits()
            guard bits != 0 else { throw .invalidValue }
            keyUsage = (KeyUsage(rawValue: bits), isCritical)
        case .extendedKeyUsage:
            var list = try content.sequence()
            var purposes: [ObjectIdentifier] = []
            repeat {
                try Self.add(list.objectIdentifier(), to: &purposes)
            } while !list.isAtEnd
            extendedKeyUsage = purposes
        case .certificatePolicies:
            var list = try content.sequence()
            var identifiers: [ObjectIdentifier] = []
            repeat {
                var entry = try list.sequence()
                try Self.add(entry.objectIdentifier(), to: &identifiers)
                // Qualifiers are texts and links for people.
                if !entry.isAtEnd { _ = try entry.element(DERTag.sequence) }
                try entry.finish()
            } while !list.isAtEnd
            policies = (identifiers, isCritical)
        case .subjectKeyIdentifier:
            // §4.2.1.1 and §4.2.1.2: neither identifier may be critical.
            guard !isCritical else { throw .invalidValue }
            let value = try content.element(DERTag.octetString)
            guard !value.content.isEmpty else { throw .invalidValue }
            subjectKeyIdentifier = content.copy(value.content)
        case .authorityKeyIdentifier:
            guard !isCritical else { throw .invalidValue }
            var fields = try content.sequence()
            if fields.nextTag == DERTag.context(0) {
                let value = try fields.element()
                guard !value.content.isEmpty else { throw .invalidValue }
                authorityKeyIdentifier = content.copy(value.content)
            }
            // Issuer name and serial number may follow; they point at a certificate, the key is what matters.
            if fields.nextTag == DERTag.contextConstructed(1) { _ = try fields.element() }
            if fields.nextTag == DERTag.context(2) { _ = try fields.element() }
            try fields.finish()
        case .subjectAlternativeName:
            let names = try content.element(DERTag.sequence)
            guard !names.content.isEmpty else { throw .invalidValue }
            hasCriticalSubjectAlternativeName = isCritical
            alternativeNames = names.content
            dnsNames = try Self.dnsNames(in: content.reader(of: names.content))
        case .nameConstraints, .policyConstraints:
            hasConstraints = true
            _ = try content.element(DERTag.sequence)
        default:
            hasUnprocessedCritical = hasUnprocessedCritical || isCritical
            return
        }
        try content.finish()
    }

    /// The names tagged `[2] IA5String`. One outside of printable ASCII is no DNS name and is left out.
    private static func dnsNames(in reader: consuming DERReader) throws(DERError) -> [String] {
        var names = reader
        var found: [String] = []
        while !names.isAtEnd {
            let name = try names.element()
            let bytes = names.copy(name.content)
            guard name.tag == DERTag.context(2), bytes.allSatisfy({ (0x21...0x7E).contains($0) })
            else { continue }
            found.append(String(decoding: bytes, as: UTF8.self))
        }
        return found
    }

    /// Nothing may be listed twice, and nobody needs more than 32 entries.
    private static func add(
        _ identifier: ObjectIdentifier, to list: inout [ObjectIdentifier]
    ) throws(DERError) {
        guard list.count < 32, !list.contains(identifier) else { throw .invalidValue }
        list.append(identifier)
    }
}

/// Whether a certificate's subject is an authority (RFC 5280 §4.2.1.9).
package struct BasicConstraints: Hashable, Sendable {
    /// Whether the subject may sign certificates.
    package let isAuthority: Bool
    /// How many non-self-issued authorities may stand below this one; `nil` is any number.
    package let pathLength: Int?
    /// Whether the extension is critical, as it must be for an authority.
    package let isCritical: Bool

    init(reading reader: inout DERReader, isCritical: Bool) throws(DERError) {
        var fields = try reader.sequence()
        var isAuthority = false
        if fields.nextTag == DERTag.boolean {
            isAuthority = try fields.boolean()
            guard isAuthority else { throw .invalidValue }
        }
        pathLength = fields.isAtEnd ? nil : try fields.smallInteger()
        try fields.finish()
        self.isAuthority = isAuthority
        self.isCritical = isCritical
    }
}

/// What a key may be used for (RFC 5280 §4.2.1.3); bit 0 of the standard is the highest bit here.
package struct KeyUsage: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let digitalSignature = KeyUsage(rawValue: 0x8000)
    /// A legally binding signature; also called contentCommitment.
    package static let nonRepudiation = KeyUsage(rawValue: 0x4000)
    package static let keyAgreement = KeyUsage(rawValue: 0x0800)
    package static let certificateSigning = KeyUsage(rawValue: 0x0400)
    package static let revocationListSigning = KeyUsage(rawValue: 0x0200)
}

extension ObjectIdentifier {
    package static let subjectKeyIdentifier = ObjectIdentifier(2, 5, 29, 14)
    package static let keyUsage = ObjectIdentifier(2, 5, 29, 15)
    package static let subjectAlternativeName = ObjectIdentifier(2, 5, 29, 17)
    package static let basicConstraints = ObjectIdentifier(2, 5, 29, 19)
    package static let nameConstraints = ObjectIdentifier(2, 5, 29, 30)
    package static let certificatePolicies = ObjectIdentifier(2, 5, 29, 32)
    package static let authorityKeyIdentifier = ObjectIdentifier(2, 5, 29, 35)
    package static let policyConstraints = ObjectIdentifier(2, 5, 29, 36)
    package static let extendedKeyUsage = ObjectIdentifier(2, 5, 29, 37)
    package static let anyPolicy = ObjectIdentifier(2, 5, 29, 32, 0)
    package static let clientAuthentication = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 2)
    /// The attribute that carries a person's code in European certificates (ETSI EN 319 412-1 §5.1.3).
    package static let serialNumberAttribute = ObjectIdentifier(2, 5, 4, 5)
}
