/// An unsigned number, most significant byte first: as many bytes as its type has.
@inlinable
package func bigEndian(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
    let count = value.bitWidth / 8
    return (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
}
