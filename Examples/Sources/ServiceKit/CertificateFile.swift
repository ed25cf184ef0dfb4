public import Foundation

/// Certificates in a file that an operator has.
public enum CertificateFile {
    /// The certificates of a PEM file, in its order, or the one of a DER file.
    ///
    /// - Returns: each in DER.
    /// - Throws: `KeyFile.Problem`, which says what is wrong with the file; what the file system says.
    public static func read(_ url: URL) throws -> [[UInt8]] {
        let data = try Data(contentsOf: url)
        // DER begins with a sequence, which no text does.
        if data.first == 0x30 { return [[UInt8](data)] }
        let text = String(decoding: data, as: UTF8.self)
        let parts = text.components(separatedBy: "-----BEGIN CERTIFICATE-----").dropFirst()
        let certificates = try parts.map { part -> [UInt8] in
            let body = part.components(separatedBy: "-----END CERTIFICATE-----")[0]
                .filter { !$0.isWhitespace }
            guard let bytes = Data(base64Encoded: body) else {
                throw KeyFile.Problem(description: "\(url.path) is no PEM file (読めません)")
            }
            return [UInt8](bytes)
        }
        guard !certificates.isEmpty else {
            throw KeyFile.Problem(
                description: "\(url.path) has no certificate, PEM or DER (証明書がありません)")
        }
        return certificates
    }
}
