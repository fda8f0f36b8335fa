/** A component that fails shows what failed in its place; the engine and the other keys live on. */
import { Component, type ReactNode } from "react";
import { Lines } from "./lines.tsx";

interface ErrorBoundaryProps {
  /** Another value tries again. */
  readonly attempt: unknown;
  readonly height: number;
  readonly children: ReactNode;
}

interface ErrorBoundaryState {
  readonly failure: string | null;
  readonly attempt: unknown;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { failure: null, attempt: this.props.attempt };

  static getDerivedStateFromError(error: unknown): Partial<ErrorBoundaryState> {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  static getDerivedStateFromProps(
    props: ErrorBoundaryProps,
    state: ErrorBoundaryState,
  ): Partial<ErrorBoundaryState> | null {
    return props.attempt === state.attempt ? null : { failure: null, attempt: props.attempt };
  }

  override render(): ReactNode {
    if (this.state.failure === null) return this.props.children;
    return <Lines lines={failureLines(this.state.failure)} height={this.props.height} />;
  }
}

/** Also for failures before any component runs. */
export function failureLines(message: string): readonly { text: string; tone: "broken" | "plain" }[][] {
  const text = message.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
  return [
    [],
    [{ text: "  This screen could not be drawn. Transfers go on.", tone: "broken" }],
    [{ text: `  ${text}`, tone: "plain" }],
    [],
    [{ text: "  esc or another screen tries again, ctrl+c quits.", tone: "plain" }],
  ];
}
