// What crosses the wire: the name of each event, and what it carries.

/** What the server answers. */
export type Respuesta = { ok: true; error?: undefined } | { error: string };

export interface Aviso {
  tipo: 'entra' | 'sale' | 'vuelve';
  nombre: string;
}

/** A message as a page sends it. */
export interface Mensaje {
  mensaje: string;
  id: string;
  fecha: number;
  /** The room that it's for. Without one it's for everyone. */
  sala?: string;
}

/** A message as others get it. */
export interface Firmado extends Mensaje {
  de: string;
}

export interface Lectura {
  id: number;
  /** In °C. */
  valor: number;
  alarma: boolean;
}

export interface DelServidor {
  aviso: (aviso: Aviso) => void;
  personas: (nombres: string[], sala?: string) => void;
  'enviar-mensaje': (mensaje: Firmado) => void;
  'mensaje-privado': (mensaje: Firmado) => void;
  lectura: (lectura: Lectura) => void;
}

export interface AlServidor {
  salas: (callback: (respuesta: { salas: string[] }) => void) => void;
  unirse: (payload: { sala: string }, callback: (respuesta: Respuesta) => void) => void;
  salir: (payload: { sala: string }, callback: (respuesta: Respuesta) => void) => void;
  'enviar-mensaje': (mensaje: Mensaje, callback: (respuesta: Respuesta) => void) => void;
  'mensaje-privado': (mensaje: Mensaje & { para: string }, callback: (respuesta: Respuesta) => void) => void;
}

export interface Cifras {
  clientes: number;
  /** How many people are in each room. */
  salas: Record<string, number>;
  mensajes: number;
}

export interface DelAdmin {
  cifras: (cifras: Cifras) => void;
}

export interface AlAdmin {
  vaciar: (payload: { sala: string }, callback: (respuesta: Respuesta) => void) => void;
}
