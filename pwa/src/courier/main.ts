document.getElementById('app')!.textContent = 'Rampa: courier';
