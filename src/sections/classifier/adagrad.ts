/**
 * One step of Adagrad, which all models of sections learn by: the more a value has moved, the less it still moves
 * (Duchi, Hazan, Singer: Adaptive Subgradient Methods, JMLR 2011). (pure)
 */

/**
 * Moves one value against its gradient.
 * @param squares sum of each value's squared gradients so far, begun above 0; updated
 * @param at index of the value in both
 */
export const adagradStep = (
  values: Float32Array,
  squares: Float32Array,
  at: number,
  gradient: number,
  rate: number,
): void => {
  const total = (squares[at] ?? 0) + gradient * gradient
  squares[at] = total
  values[at] = (values[at] ?? 0) - (rate * gradient) / Math.sqrt(total)
}
