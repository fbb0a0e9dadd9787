document.getElementById('app')!.textContent = 'Rampa: office';
